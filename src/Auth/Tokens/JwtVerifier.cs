using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Verifies compact JWS tokens (RFC 7515, RFC 7519) the way PostgREST documents it (Authentication, JWT Signature Verification)
/// and RFC 8725 advises: the key decides the algorithm, <c>none</c> and <c>crit</c> are refused, and one text has one meaning.
/// </summary>
public sealed class JwtVerifier
{
    /// <summary>Longest token taken, in characters. A longer one would not fit beside others into the header limit anyway.</summary>
    public const int MaxLength = 16 * 1024;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };
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
        var checkedToken = CheckSignature(token, keys);
        if (!checkedToken.Ok(out var payload, out var error)) return new Identity(error);

        verified = _claims.Read(payload);
        // A clear may have come between: what the old keys vouched for must not outlive it.
        if (ReferenceEquals(keys, Volatile.Read(ref _keys))) _cache.Add(token.ToString(), verified);
        return verified.At(now);
    }

    /// <summary>The payload's bytes, once a key has vouched for them.</summary>
    private static Result<byte[]> CheckSignature(ReadOnlySpan<char> token, JwtKeySet keys)
    {
        if (token.Length > MaxLength) return JwtErrors.Malformed($"The token is longer than {MaxLength} characters");
        var parts = token.Count('.') + 1;
        if (parts != 3) return JwtErrors.Parts(parts);

        var headerEnd = token.IndexOf('.');
        var payloadEnd = token.LastIndexOf('.');
        if (!ReadHeader(token[..headerEnd]).Ok(out var header, out var error)) return error;
        if (Base64UrlText.Decode(token[(headerEnd + 1)..payloadEnd]) is not { } payload)
            return JwtErrors.Malformed("The payload is not base64url");
        if (Base64UrlText.Decode(token[(payloadEnd + 1)..]) is not { } signature)
            return JwtErrors.Malformed("The signature is not base64url");

        var input = new byte[payloadEnd];
        Encoding.ASCII.GetBytes(token[..payloadEnd], input);
        var suitable = false;
        foreach (var key in keys.Keys)
        {
            if (!key.Accepts(header.Algorithm) || (header.KeyId is not null && header.KeyId != key.Id)) continue;
            suitable = true;
            if (key.Verify(header.Algorithm, input, signature)) return payload;
        }
        return suitable ? JwtErrors.WrongSignature : JwtErrors.NoSuitableKey;
    }

    private static Result<Header> ReadHeader(ReadOnlySpan<char> text)
    {
        if (Base64UrlText.Decode(text) is not { } bytes) return JwtErrors.Malformed("The header is not base64url");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, s_strict);
        }
        catch (JsonException)
        {
            return JwtErrors.Malformed("The header is not a JSON object with distinct names");
        }

        using (document)
        {
            var header = document.RootElement;
            if (header.ValueKind != JsonValueKind.Object) return JwtErrors.Malformed("The header is not a JSON object");
            // RFC 7515, 4.1.11: an extension marked critical must be understood, and none is.
            if (header.TryGetProperty("crit", out _)) return JwtErrors.Malformed("The header marks extensions as critical; none is supported");
            if (header.TryGetProperty("b64", out _)) return JwtErrors.Malformed("Unencoded payloads (b64) are not supported");
            if (!header.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String)
                return JwtErrors.UnsupportedAlgorithm("The header names no algorithm");

            var name = algorithm.GetString()!;
            if (name.Equals("none", StringComparison.OrdinalIgnoreCase)) return JwtErrors.Unsecured;
            if (JwtAlgorithms.Named(name) is not { } known) return JwtErrors.UnsupportedAlgorithm("The header's algorithm is not supported");
            if (!header.TryGetProperty("kid", out var kid)) return new Header(known, null);
            return kid.ValueKind == JsonValueKind.String
                ? new Header(known, kid.GetString())
                : JwtErrors.Malformed("The header's kid is not a string");
        }
    }

    private sealed record Header(JwtAlgorithm Algorithm, string? KeyId);
}
