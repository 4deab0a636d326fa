using Hedgerow.Postgres;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Verifies the platform's own tokens: signature (<see cref="SignedToken"/>) and claims, the way PostgREST documents it (Authentication, JWT
/// Signature Verification).
/// </summary>
public sealed class JwtVerifier
{
    private static readonly Identity s_empty = new(JwtErrors.EmptyToken);
    private static readonly Identity s_secretMissing = new(JwtErrors.SecretMissing);

    private readonly ClaimsReader _claims;
    private readonly TokenCache _cache;
    private readonly TimeProvider _clock;
    private JwtKeySet _keys;

    /// <param name="keys">The keys in force.</param>
    /// <param name="options">Audience, role claim and cache size.</param>
    /// <param name="anonymousRole">The role of a token that names none; empty: such a token is refused.</param>
    /// <param name="clock">What tells the time.</param>
    /// <exception cref="FormatException"><see cref="JwtOptions.RoleClaimKey"/> is no path.</exception>
    public JwtVerifier(JwtKeySet keys, JwtOptions options, string anonymousRole, TimeProvider clock)
    {
        _keys = keys;
        _clock = clock;
        _cache = new TokenCache(options.CacheMaxEntries);
        _claims = new ClaimsReader(options.Audience, RoleClaimPath.Parse(options.RoleClaimKey), anonymousRole);
    }

    /// <summary>Takes other keys from now on, and forgets what the old ones vouched for.</summary>
    public void Replace(JwtKeySet keys)
    {
        Volatile.Write(ref _keys, keys);
        _cache.Clear();
    }

    /// <summary>Who <paramref name="token"/> makes its bearer, or why it is refused. A token seen before costs a lookup.</summary>
    public Identity Verify(ReadOnlySpan<char> token) => Verify(token, out _);

    /// <summary>The same, with the token itself where its signature is good.</summary>
    public Identity Verify(ReadOnlySpan<char> token, out VerifiedToken? verified)
    {
        verified = null;
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        TokenMetrics.Requests.Add(1);
        verified = _cache.Find(token);
        if (verified is not null)
        {
            TokenMetrics.Hits.Add(1);
            return verified.At(now);
        }

        var keys = Volatile.Read(ref _keys);
        if (token.IsEmpty) return s_empty;
        if (keys.IsEmpty) return s_secretMissing;
        var checkedToken = SignedToken.Open(token, keys.Keys);
        if (!checkedToken.Ok(out var payload, out var error)) return new Identity(error);

        verified = _claims.Read(payload);
        // A clear may have come between: what the old keys vouched for must not outlive it.
        if (ReferenceEquals(keys, Volatile.Read(ref _keys))) _cache.Add(token.ToString(), verified);
        return verified.At(now);
    }
}
