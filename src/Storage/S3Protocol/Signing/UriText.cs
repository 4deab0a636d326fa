using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hedgerow.Storage.S3Protocol.Signing;

/// <summary>Percent-encoding as SigV4 wants it: everything but the unreserved characters of RFC 3986, capital digits.</summary>
internal static class UriText
{
    private static readonly SearchValues<char> s_unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Encode(string text, bool keepsSlash = false)
    {
        if (!text.AsSpan().ContainsAnyExcept(s_unreserved)) return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            var character = (char)octet;
            if (s_unreserved.Contains(character) || keepsSlash && character == '/') encoded.Append(character);
            else encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }
        return encoded.ToString();
    }

    /// <summary>The text behind the encoding; null where it is no encoding of UTF-8.</summary>
    /// <param name="plusIsSpace">As forms and query strings have it; in a path a plus is a plus.</param>
    public static string? Decode(ReadOnlySpan<char> text, bool plusIsSpace = false)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (character == '%')
            {
                if (at + 2 >= text.Length || !byte.TryParse(text.Slice(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length])) return null;
                at += 2;
            }
            else if (character > 0x7f)
            {
                return null;
            }
            else
            {
                bytes[length] = plusIsSpace && character == '+' ? (byte)' ' : (byte)character;
            }
            length++;
        }
        try
        {
            return s_strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
