using System.Buffers;
using System.Text;

namespace Hedgerow.Rest.Request;

/// <summary>Splits and decodes <c>application/x-www-form-urlencoded</c> text: query strings and forms.</summary>
internal static class QueryParameters
{
    private static readonly SearchValues<char> Separators = SearchValues.Create("&;");
    private static readonly SearchValues<char> Encoded = SearchValues.Create("%+");
    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~");

    /// <summary>Names and values in order, decoded; a null value where no equals sign stands. Both <c>&amp;</c> and <c>;</c> separate.</summary>
    public static List<KeyValuePair<string, string?>> Split(ReadOnlySpan<char> text)
    {
        var parameters = new List<KeyValuePair<string, string?>>();
        if (text.StartsWith("?")) text = text[1..];
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(Separators);
            var part = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (part.IsEmpty) continue;
            var equals = part.IndexOf('=');
            parameters.Add(equals < 0
                ? new(Decode(part, plusIsSpace: true), null)
                : new(Decode(part[..equals], plusIsSpace: true), Decode(part[(equals + 1)..], plusIsSpace: true)));
        }
        return parameters;
    }

    /// <summary>Percent-decoded UTF-8. What is no encoding stays as it is; bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        if (text.IndexOfAny(Encoded) < 0) return new string(text);
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = 0;
            while (!text.IsEmpty)
            {
                var plain = text.IndexOfAny(Encoded);
                if (plain < 0) plain = text.Length;
                length += Encoding.UTF8.GetBytes(text[..plain], bytes.AsSpan(length));
                text = text[plain..];
                if (text.IsEmpty) break;
                if (text.Length >= 3 && text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]))
                {
                    bytes[length++] = (byte)((HexValue(text[1]) << 4) | HexValue(text[2]));
                    text = text[3..];
                    continue;
                }
                bytes[length++] = (byte)(text[0] == '+' && plusIsSpace ? ' ' : text[0]);
                text = text[1..];
            }
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The parameters sorted by name and encoded; values of one name joined by commas.</summary>
    public static string Canonical(List<KeyValuePair<string, string?>> parameters)
    {
        if (parameters.Count == 0) return "";
        var text = new StringBuilder();
        string? last = null;
        foreach (var (name, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (name == last)
            {
                text.Append(',');
            }
            else
            {
                if (text.Length > 0) text.Append('&');
                Encode(text, name);
                text.Append('=');
            }
            Encode(text, value ?? "");
            last = name;
        }
        return text.ToString();
    }

    private static void Encode(StringBuilder target, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(Unreserved);
            if (plain < 0) plain = text.Length;
            target.Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty) return;
            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
                target.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            text = text[consumed..];
        }
    }

    private static int HexValue(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
