using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Tokens;

/// <summary>A token whose signature is good.</summary>
/// <param name="Payload">The claims, as UTF-8 JSON that nobody has looked into yet.</param>
/// <param name="Algorithm">What it is signed with.</param>
public sealed record OpenedToken(byte[] Payload, JwtAlgorithm Algorithm);

/// <summary>
/// Opens compact JWS tokens (RFC 7515, RFC 7519) as RFC 8725 advises: the key decides the algorithm, <c>none</c> and <c>crit</c> are
/// refused, and one text has one meaning.
/// </summary>
public static class SignedToken
{
    /// <summary>Longest token taken, in characters. A longer one would not fit beside others into the header limit anyway.</summary>
    public const int MaxLength = 16 * 1024;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>What <paramref name="token"/> says, once one of <paramref name="keys"/> has vouched for it.</summary>
    public static Result<OpenedToken> Open(ReadOnlySpan<char> token, IEnumerable<JwtKey> keys)
    {
        if (token.Length > MaxLength) return JwtErrors.Malformed($"The token is longer than {MaxLength} characters");
        var parts = token.Count('.') + 1;
        if (parts != 3) return JwtErrors.Parts(parts);

        var headerEnd = token.IndexOf('.');
        var payloadEnd = token.LastIndexOf('.');
        if (!ReadHeader(token[..headerEnd]).Ok(out var header, out var error)) return error;
        if (Base64UrlText.Decode(token[(headerEnd + 1)..payloadEnd]) is not { } payload)
            return JwtErrors.Unreadable;
        if (Base64UrlText.Decode(token[(payloadEnd + 1)..]) is not { } signature)
            return JwtErrors.Unreadable;

        var input = new byte[payloadEnd];
        Encoding.ASCII.GetBytes(token[..payloadEnd], input);
        var suitable = false;
        foreach (var key in keys)
        {
            if (!key.Accepts(header.Algorithm) || (header.KeyId is not null && header.KeyId != key.Id)) continue;
            suitable = true;
            if (key.Verify(header.Algorithm, input, signature)) return new OpenedToken(payload, header.Algorithm);
        }
        return suitable ? JwtErrors.WrongSignature : JwtErrors.NoSuitableKey;
    }

    private static Result<Header> ReadHeader(ReadOnlySpan<char> text)
    {
        if (Base64UrlText.Decode(text) is not { } bytes) return JwtErrors.Unreadable;
        JsonDocument document;
        try
        {
            document = UnicodeJson.Parse(bytes, s_strict);
        }
        catch (JsonException)
        {
            return JwtErrors.Unreadable;
        }

        using (document)
        {
            var header = document.RootElement;
            if (header.ValueKind != JsonValueKind.Object) return JwtErrors.Unreadable;
            // RFC 7515, 4.1.11: an extension marked critical must be understood, and none is.
            if (header.TryGetProperty("crit", out _)) return JwtErrors.Malformed("The header marks extensions as critical; none is supported");
            if (header.TryGetProperty("b64", out _)) return JwtErrors.Malformed("Unencoded payloads (b64) are not supported");
            if (!header.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String)
                return JwtErrors.Unreadable;

            var name = algorithm.GetString()!;
            if (name.Equals("none", StringComparison.OrdinalIgnoreCase)) return JwtErrors.Unsecured;
            if (JwtAlgorithms.Named(name) is not { } known) return JwtErrors.Unreadable;
            if (!header.TryGetProperty("kid", out var kid)) return new Header(known, null);
            return kid.ValueKind == JsonValueKind.String
                ? new Header(known, kid.GetString())
                : JwtErrors.Unreadable;
        }
    }

    private sealed record Header(JwtAlgorithm Algorithm, string? KeyId);
}
