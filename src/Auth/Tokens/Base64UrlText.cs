using System.Buffers;
using System.Buffers.Text;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Base64url as JWS wants it: no padding, no white space, no second spelling of the same bytes (RFC 7515, 2; RFC 4648, 3.5).
/// The base library's decoder is more lenient.
/// </summary>
public static class Base64UrlText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    /// <summary>The bytes behind <paramref name="text"/>, or null where it is not canonical base64url.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(s_alphabet)) return null;
        var unusedBits = (text.Length % 4) switch { 0 => 0, 2 => 4, 3 => 2, _ => -1 };
        if (unusedBits < 0) return null;
        if (unusedBits > 0 && (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & ((1 << unusedBits) - 1)) != 0) return null;
        return Base64Url.DecodeFromChars(text);
    }
}
