using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol.Keys;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Signing;

/// <summary>Verifies the tokens of the session form: the platform's own, as in every other room. The host provides it.</summary>
public sealed record SessionTokens(Func<string, Result<Caller>> Verify);

/// <summary>A request whose signature is good.</summary>
/// <param name="Caller">On whose behalf.</param>
/// <param name="Key">What goes on verifying a body in signed chunks.</param>
public sealed record Authenticated(Caller Caller, SignedRequest Signed, SigningKey Key);

/// <summary>
/// Who sent a request. Two ways in: an access key (<see cref="AccessKeys"/>), or, as on Supabase, the session form: the tenant id as access key id, the anon
/// key as secret, a user's JWT as session token. There the token is the credential; the signature only says that nobody changed the request.
/// </summary>
public sealed class S3Authenticator(AccessKeys keys, SessionTokens tokens, StorageOptions options, TimeProvider clock)
{
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(15);

    public async Task<Result<Authenticated>> AuthenticateAsync(HttpRequest request, S3Target target, CancellationToken cancellation)
    {
        if (!SignedRequest.Read(request, target).Ok(out var signed, out var error)) return error;
        if (RefuseTime(signed) is { } untimely) return untimely;
        if (CanonicalRequest.HasUnsigned(request, signed)) return S3Errors.UnsignedHeaders;
        if (signed.SessionToken is { } token)
        {
            if (signed.AccessKeyId != options.TenantId) return S3Errors.UnknownKey;
            if (Find(request, target, signed, SessionSecrets) is not { } sessionKey) return S3Errors.WrongSignature;
            return tokens.Verify(token).Ok(out var bearer, out var refused) ? new Authenticated(bearer, signed, sessionKey) : Refusal(refused);
        }
        if (await keys.FindAsync(signed.AccessKeyId, cancellation) is not { } known) return S3Errors.UnknownKey;
        return Find(request, target, signed, [known.Secret]) is { } key ? new Authenticated(known.Caller, signed, key) : S3Errors.WrongSignature;
    }

    /// <summary>The tenant id too, as in Supabase: whoever does not know this platform's anon key need not learn it.</summary>
    private IEnumerable<string> SessionSecrets => options.AnonKey.Length > 0 ? [options.AnonKey, options.TenantId] : [options.TenantId];

    private static SigningKey? Find(HttpRequest request, S3Target target, SignedRequest signed, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets)
        {
            var key = new SigningKey(secret, signed);
            foreach (var hash in CanonicalRequest.Hashes(request, target, signed))
                if (key.Signs(hash)) return key;
        }
        return null;
    }

    private ApiError? RefuseTime(SignedRequest signed)
    {
        var age = clock.GetUtcNow() - signed.SignedAt;
        if (signed.Lifetime is not { } lifetime) return age.Duration() > s_skew ? S3Errors.Skewed : null;
        return age < -s_skew ? S3Errors.NotYet : age > lifetime ? S3Errors.Expired : null;
    }

    private static ApiError Refusal(ApiError error) => error.Message.Contains("expired", StringComparison.OrdinalIgnoreCase)
        ? new ApiError(400, "ExpiredToken", "The provided token has expired")
        : new ApiError(400, "InvalidToken", $"The session token is no valid JWT of this platform: {error.Message}");
}
