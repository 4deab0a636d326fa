using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Sessions;

/// <summary>A session's standing in its tokens.</summary>
/// <param name="Id">The <c>session_id</c> claim.</param>
/// <param name="Assurance"><c>aal1</c> or <c>aal2</c>.</param>
/// <param name="Methods">The <c>amr</c> claim: a JSON array of method and timestamp.</param>
public sealed record SessionStanding(Guid Id, string Assurance, string Methods);

/// <summary>Makes access tokens with the claims that Supabase's have (supabase.com/docs/guides/auth/jwt-fields), and signs them.</summary>
/// <param name="keys">The signing key, which may change.</param>
/// <param name="issuer">The <c>iss</c> claim.</param>
/// <param name="lifetime">Seconds that a token is valid for.</param>
/// <param name="clock">What tells the time.</param>
public sealed class AccessTokens(KeyRing keys, string issuer, int lifetime, TimeProvider clock)
{
    /// <summary>Seconds that a token is valid for.</summary>
    public int Lifetime => lifetime;

    /// <summary>The claims, a JSON object in UTF-8, and the second since 1970 at which they expire.</summary>
    public (ReadOnlyMemory<byte> Claims, long ExpiresAt) Claims(User user, SessionStanding session)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", issuer);
            json.WriteString("sub", user.Id);
            json.WriteString("aud", user.Aud ?? "authenticated");
            json.WriteNumber("exp", now + lifetime);
            json.WriteNumber("iat", now);
            json.WriteString("email", user.Email ?? "");
            json.WriteString("phone", user.Phone ?? "");
            Raw("app_metadata", user.AppMetadata);
            Raw("user_metadata", user.UserMetadata);
            json.WriteString("role", user.Role ?? "authenticated");
            json.WriteString("aal", session.Assurance);
            Raw("amr", session.Methods);
            json.WriteString("session_id", session.Id);
            json.WriteBoolean("is_anonymous", user.IsAnonymous);
            json.WriteEndObject();

            void Raw(string name, string value)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value, skipInputValidation: true);
            }
        }
        return (buffer.WrittenMemory, now + lifetime);
    }

    /// <summary>The token over <paramref name="claims"/>.</summary>
    public string Sign(ReadOnlyMemory<byte> claims) => keys.Signer.Sign(claims.Span);
}
