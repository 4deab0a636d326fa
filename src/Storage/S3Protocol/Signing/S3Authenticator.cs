using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol.Forms;
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
        return await IdentifyAsync(signed, key => CanonicalRequest.Hashes(request, target, signed).Any(key.Signs), cancellation);
    }

    /// <summary>Who signed a form's policy, where the form is what that allows.</summary>
    public async Task<Result<Authenticated>> AuthenticateAsync(PostForm form, S3Target target, CancellationToken cancellation)
    {
        if (!SignedRequest.Read(form).Ok(out var signed, out var error)) return error;
        var encoded = form.Field("policy")!;
        if (!(await IdentifyAsync(signed, key => key.SignsPolicy(encoded), cancellation)).Ok(out var sender, out error)) return error;
        if (!PostPolicy.Parse(encoded).Ok(out var policy, out error)) return error;
        return policy.Refuse(form, target.Bucket, clock.GetUtcNow()) is { } refusal ? refusal : sender;
    }

    /// <param name="signs">Whether a key's signature is the request's.</param>
    private async Task<Result<Authenticated>> IdentifyAsync(SignedRequest signed, Func<SigningKey, bool> signs, CancellationToken cancellation)
    {
        if (signed.SessionToken is { } token)
        {
            if (signed.AccessKeyId != options.TenantId) return S3Errors.UnknownKey;
            if (Find(signed, SessionSecrets, signs) is not { } sessionKey) return S3Errors.WrongSignature;
            return tokens.Verify(token).Ok(out var bearer, out var refused) ? new Authenticated(bearer, signed, sessionKey) : Refusal(refused);
        }
        if (await keys.FindAsync(signed.AccessKeyId, cancellation) is not { } known) return S3Errors.UnknownKey;
        return Find(signed, [known.Secret], signs) is { } key ? new Authenticated(known.Caller, signed, key) : S3Errors.WrongSignature;
    }

    /// <summary>The tenant id too, as in Supabase: whoever does not know this platform's anon key need not learn it.</summary>
    private IEnumerable<string> SessionSecrets => options.AnonKey.Length > 0 ? [options.AnonKey, options.TenantId] : [options.TenantId];

    private static SigningKey? Find(SignedRequest signed, IEnumerable<string> secrets, Func<SigningKey, bool> signs) =>
        secrets.Select(secret => new SigningKey(secret, signed)).FirstOrDefault(signs);

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
