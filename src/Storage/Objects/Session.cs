using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Objects;

/// <summary>On whose behalf the database is asked, and what for: what policies and triggers can see of a request.</summary>
/// <param name="Caller">The role and claims that policies hold against rows.</param>
/// <param name="Operation"><c>storage.operation()</c>, Supabase's names: <c>storage.object.upload</c> …</param>
/// <param name="Method">As <c>request.method</c>.</param>
/// <param name="Path">As <c>request.path</c>.</param>
/// <param name="HeadersJson">As <c>request.headers</c>: an object, names in lower case.</param>
public sealed record Session(Caller Caller, string Operation, string Method = "", string Path = "", string HeadersJson = "{}")
{
    /// <summary>The <c>sub</c> claim: who owns what is uploaded. Null for a key that names nobody.</summary>
    public string? Owner => Subject(Caller.Claims);

    private static string? Subject(string claims)
    {
        using var document = JsonDocument.Parse(claims);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("sub", out var sub) && sub.ValueKind == JsonValueKind.String ? sub.GetString() : null;
    }
}
