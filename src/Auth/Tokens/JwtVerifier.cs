using System.Text.Json;
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

    /// <summary>What tokens are held against. The cache belongs to it: what other keys vouched for goes with them.</summary>
    private sealed record Rules(JwtKeySet Keys, JwtOptions Options, ClaimsReader Claims, TokenCache Cache, Identity Anonymous);

    private readonly Lock _replacing = new();
    private readonly TimeProvider _clock;
    private volatile Rules _rules;

    /// <param name="keys">The keys in force.</param>
    /// <param name="options">Audience, role claim and cache size.</param>
    /// <param name="anonymousRole">The role of a token that names none, and of a request without one; empty: both are refused.</param>
    /// <param name="clock">What tells the time.</param>
    /// <exception cref="FormatException"><see cref="JwtOptions.RoleClaimKey"/> is no path.</exception>
    public JwtVerifier(JwtKeySet keys, JwtOptions options, string anonymousRole, TimeProvider clock)
    {
        _clock = clock;
        _rules = RulesOf(keys, options, anonymousRole);
    }

    /// <summary>Who asks without a token.</summary>
    public Identity Anonymous => _rules.Anonymous;

    /// <summary>Takes other keys from now on, and forgets what the old ones vouched for.</summary>
    public void Replace(JwtKeySet keys)
    {
        lock (_replacing) _rules = _rules with { Keys = keys, Cache = new TokenCache(_rules.Options.CacheMaxEntries) };
    }

    /// <summary>Judges claims by other options from now on.</summary>
    /// <param name="keys">Null: those in force stay.</param>
    /// <inheritdoc cref="JwtVerifier(JwtKeySet, JwtOptions, string, TimeProvider)"/>
    public void Replace(JwtKeySet? keys, JwtOptions options, string anonymousRole)
    {
        lock (_replacing) _rules = RulesOf(keys ?? _rules.Keys, options, anonymousRole);
    }

    private static Rules RulesOf(JwtKeySet keys, JwtOptions options, string anonymousRole) => new(
        keys,
        options,
        new ClaimsReader(options.Audience, RoleClaimPath.Parse(options.RoleClaimKey), anonymousRole),
        new TokenCache(options.CacheMaxEntries),
        new Identity(anonymousRole.Length == 0
            ? JwtErrors.AnonymousDisabled
            : new Caller(anonymousRole, $$"""{"role":{{JsonSerializer.Serialize(anonymousRole)}}}""")));

    /// <summary>Who <paramref name="token"/> makes its bearer, or why it is refused. A token seen before costs a lookup.</summary>
    public Identity Verify(ReadOnlySpan<char> token) => Verify(token, out _);

    /// <summary>The same, with the token itself where its signature is good.</summary>
    public Identity Verify(ReadOnlySpan<char> token, out VerifiedToken? verified)
    {
        verified = null;
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        TokenMetrics.Requests.Add(1);
        var rules = _rules;
        verified = rules.Cache.Find(token);
        if (verified is not null)
        {
            TokenMetrics.Hits.Add(1);
            return verified.At(now);
        }

        if (rules.Keys.IsEmpty) return s_secretMissing;
        if (token.IsEmpty) return s_empty;
        var checkedToken = SignedToken.Open(token, rules.Keys.Keys);
        if (!checkedToken.Ok(out var opened, out var error)) return new Identity(error);

        verified = rules.Claims.Read(opened.Payload);
        rules.Cache.Add(token.ToString(), verified);
        return verified.At(now);
    }
}
