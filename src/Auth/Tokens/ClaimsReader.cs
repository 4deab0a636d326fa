using System.Buffers;
using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Turns the payload of a well-signed token into a <see cref="VerifiedToken"/> (PostgREST, JWT Claims Validation). The checks
/// come in PostgREST's order: exp, nbf, iat, aud, then the role; of each whether it can be read before what it says.
/// </summary>
/// <param name="audience">The audience that a token must name if it names any; empty: all are taken.</param>
/// <param name="rolePath">Where the role stands.</param>
/// <param name="anonymousRole">The role of a token that names none; empty: such a token is refused.</param>
public sealed class ClaimsReader(string audience, RoleClaimPath rolePath, string anonymousRole)
{
    // Two readers of one token must not see different claims: duplicate names are refused (RFC 8725, 2.4).
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    public VerifiedToken Read(byte[] payload)
    {
        JsonDocument document;
        try
        {
            document = UnicodeJson.Parse(payload, s_strict);
        }
        catch (JsonException)
        {
            return Flawed(JwtErrors.ClaimsUnparsable);
        }

        using (document)
        {
            var claims = document.RootElement;
            if (claims.ValueKind != JsonValueKind.Object) return Flawed(JwtErrors.ClaimsUnparsable);
            if (!Seconds(claims, "exp", out var expires)) return Flawed(JwtErrors.NotANumber("exp"));
            if (!Seconds(claims, "nbf", out var notBefore)) return Flawed(JwtErrors.NotANumber("nbf"), expires);
            if (!Seconds(claims, "iat", out var issued)) return Flawed(JwtErrors.NotANumber("iat"), expires, notBefore);

            var role = rolePath.Find(claims) ?? anonymousRole;
            Result<Caller> caller = AudienceFlaw(claims) is { } flaw ? flaw
                : role.Length == 0 ? JwtErrors.AnonymousDisabled
                : new Caller(role, WithRole(claims, Encoding.UTF8.GetString(payload), role));
            return new VerifiedToken
            {
                Identity = new Identity(caller),
                Session = claims.TryGetProperty("session_id", out var session) && session.ValueKind == JsonValueKind.String && session.TryGetGuid(out var id) ? id : null,
                ExpiresAt = expires,
                NotBefore = notBefore,
                IssuedAt = issued,
            };
        }
    }

    /// <summary>Refused for <paramref name="error"/>, unless a claim before the flawed one refuses it first.</summary>
    private static VerifiedToken Flawed(ApiError error, long? expires = null, long? notBefore = null) =>
        new() { Identity = new Identity(error), ExpiresAt = expires, NotBefore = notBefore };

    /// <summary>False where the claim is there and is neither a number nor null. Fractions are cut; what no clock will reach is clamped.</summary>
    private static bool Seconds(JsonElement claims, string name, out long? seconds)
    {
        seconds = null;
        if (!claims.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number)) return false;
        seconds = (long)Math.Clamp(Math.Floor(number), -1e15, 1e15);
        return true;
    }

    private ApiError? AudienceFlaw(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var named) || named.ValueKind == JsonValueKind.Null) return null;
        switch (named.ValueKind)
        {
            case JsonValueKind.String:
                return audience.Length == 0 || named.ValueEquals(audience) ? null : JwtErrors.NotInAudience;
            case JsonValueKind.Array:
                var found = audience.Length == 0 || named.GetArrayLength() == 0;
                foreach (var one in named.EnumerateArray())
                {
                    if (one.ValueKind != JsonValueKind.String) return JwtErrors.AudienceMalformed;
                    found |= one.ValueEquals(audience);
                }
                return found ? null : JwtErrors.NotInAudience;
            default:
                return JwtErrors.AudienceMalformed;
        }
    }

    /// <summary>The claims with the role that the request runs as in <c>role</c>, as PostgREST hands them to the database.</summary>
    private static string WithRole(JsonElement claims, string text, string role)
    {
        if (claims.TryGetProperty("role", out var own) && own.ValueKind == JsonValueKind.String && own.ValueEquals(role)) return text;
        var buffer = new ArrayBufferWriter<byte>(text.Length + 32);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var claim in claims.EnumerateObject())
            {
                if (!claim.NameEquals("role")) claim.WriteTo(json);
            }
            json.WriteString("role", role);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
