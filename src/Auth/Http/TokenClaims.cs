using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Http;

/// <summary>What the room reads from an access token.</summary>
/// <param name="Subject">The user; null in the anon and service keys.</param>
/// <param name="Session">The session that the token belongs to; null in tokens made elsewhere.</param>
/// <param name="Role">The database role.</param>
/// <param name="Assurance"><c>aal1</c> or <c>aal2</c>.</param>
public sealed record TokenClaims(string? Subject, Guid? Session, string Role, string Assurance)
{
    public static TokenClaims Read(Caller caller)
    {
        using var document = JsonDocument.Parse(caller.Claims);
        var claims = document.RootElement;
        return new TokenClaims(
            Text("sub"),
            Guid.TryParse(Text("session_id"), out var session) ? session : null,
            caller.Role,
            Text("aal") ?? "aal1");

        string? Text(string name) => claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
