using System.Text.Json;
using Hedgerow.Auth.Http;

namespace Hedgerow.Auth.Hooks;

/// <summary>What every hook is told beside its own matter (supabase/auth, internal/hooks/v0hooks, Metadata).</summary>
internal static class HookMetadata
{
    /// <param name="name">Which hook it is.</param>
    /// <param name="request">Null where no request is at hand any more.</param>
    public static void Write(Utf8JsonWriter json, string name, AuthRequest? request)
    {
        json.WriteStartObject("metadata");
        json.WriteString("uuid", Guid.NewGuid());
        json.WriteString("time", DateTimeOffset.UtcNow);
        json.WriteString("name", name);
        if (request?.Address is { } address) json.WriteString("ip_address", address.ToString());
        json.WriteEndObject();
    }
}
