using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Hooks;

/// <summary>Lets a hook refuse somebody who is about to become a user (supabase.com/docs/guides/auth/auth-hooks/before-user-created-hook).</summary>
public sealed class UserHook(AuthOptions options, HookCaller caller)
{
    private readonly HookTarget? _target = HookTarget.Parse(options.Hook.BeforeUserCreatedUri, options.Hook.BeforeUserCreatedSecrets);

    /// <param name="candidate">As the row will be; nothing of it exists yet.</param>
    /// <exception cref="RefusedException">It refused, failed, or took too long.</exception>
    public async Task AskAsync(AuthTransaction transaction, AuthRequest request, User candidate)
    {
        if (_target is null) return;
        var output = await caller.AskAsync(transaction, _target, Input(request, candidate));
        if (output.ValueKind == JsonValueKind.Object && output.TryGetProperty("decision", out var decision) && decision.ValueEquals("reject"u8))
            throw caller.Refuse(_target, HookErrors.UserRefused(output.TryGetProperty("message", out var message) ? message.ToString() : ""));
    }

    private static ReadOnlyMemory<byte> Input(AuthRequest request, User candidate)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            HookMetadata.Write(json, "before-user-created", request);
            json.WritePropertyName("user");
            UserJson.Write(json, candidate);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
