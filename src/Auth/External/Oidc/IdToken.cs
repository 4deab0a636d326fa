using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Oidc;

/// <summary>A provider's word that someone has signed in there, for this client, just now.</summary>
/// <param name="Nonce">What ties it to one sign-in; null where it bears none.</param>
/// <param name="Claims">All of them: a JSON object.</param>
public sealed record IdToken(string? Nonce, JsonElement Claims, JwtAlgorithm Algorithm)
{
    // Clocks of two servers differ.
    private const long Leeway = 60;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The checks of OpenID Connect Core, 3.1.3.7, after the signature; the nonce's is the caller's.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public static Result<IdToken> Read(OpenedToken token, OidcSetup provider, long now)
    {
        JsonElement claims;
        try
        {
            using var document = UnicodeJson.Parse(token.Payload, s_strict);
            claims = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return ExternalErrors.BadIdToken("its claims are not JSON");
        }
        if (claims.ValueKind != JsonValueKind.Object) return ExternalErrors.BadIdToken("its claims are no object");
        if (claims.Text("iss") is not { } issuer || (issuer != provider.Issuer && issuer != provider.IssuerAlias)) return ExternalErrors.BadIdToken("it is another issuer's");
        if (claims.Text("sub") is null) return ExternalErrors.BadIdToken("it names no subject");

        string[] audience = [.. Audience(claims)];
        if (!audience.Any(provider.Audiences.Contains)) return ExternalErrors.BadIdToken("it is made for another client");
        var party = claims.Text("azp");
        if (party is null ? audience.Length > 1 : !provider.Audiences.Contains(party)) return ExternalErrors.BadIdToken("it was given to another client");

        if (claims.Number("exp") is not { } expires || expires + Leeway <= now) return ExternalErrors.BadIdToken("it has expired");
        if (claims.Number("iat") is not { } issued || issued - Leeway > now) return ExternalErrors.BadIdToken("it comes from the future");
        if (claims.Number("nbf") is { } notBefore && notBefore - Leeway > now) return ExternalErrors.BadIdToken("it is not valid yet");
        return new IdToken(claims.Text("nonce"), claims, token.Algorithm);
    }

    /// <summary>Whether <paramref name="accessToken"/> came with this token (<c>at_hash</c>; OpenID Connect Core, 3.1.3.6). One that bears no such claim says nothing of it.</summary>
    public bool Vouches(string accessToken)
    {
        if (Claims.Text("at_hash") is not { } stated) return true;
        var digest = CryptographicOperations.HashData(Algorithm.Hash(), Encoding.UTF8.GetBytes(accessToken));
        return stated == Base64Url.EncodeToString(digest.AsSpan(0, digest.Length / 2));
    }

    private static IEnumerable<string> Audience(JsonElement claims)
    {
        if (claims.Text("aud") is { } one) return [one];
        return claims.Member("aud").Elements().Where(each => each.ValueKind == JsonValueKind.String).Select(each => each.GetString()!);
    }
}
