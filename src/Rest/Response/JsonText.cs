using System.Buffers;
using System.Text;

namespace Hedgerow.Rest.Response;

/// <summary>Text as JSON, as PostgreSQL's <c>escape_json</c> writes it.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (byte)c), (byte)'"', (byte)'\\']);

    /// <summary><c>{"name":</c> or <c>,"name":</c>.</summary>
    public static byte[] Key(string name, bool isFirst)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var key = new byte[2 + Length(text)];
        key[0] = (byte)(isFirst ? '{' : ',');
        Write(text, key.AsSpan(1));
        key[^1] = (byte)':';
        return key;
    }

    /// <summary>Bytes that it becomes, its quotes among them.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        var length = text.Length + 2;
        while (text.IndexOfAny(s_escaped) is >= 0 and var at)
        {
            length += Short(text[at]) == 'u' ? 5 : 1;
            text = text[(at + 1)..];
        }
        return length;
    }

    /// <summary>With its quotes.</summary>
    /// <param name="to">Holds <see cref="Length"/>.</param>
    public static void Write(ReadOnlySpan<byte> text, Span<byte> to)
    {
        to[0] = (byte)'"';
        to = to[1..];
        while (text.IndexOfAny(s_escaped) is >= 0 and var at)
        {
            text[..at].CopyTo(to);
            to = to[at..];
            to = to[Escape(text[at], to)..];
            text = text[(at + 1)..];
        }
        text.CopyTo(to);
        to[text.Length] = (byte)'"';
    }

    /// <returns>Bytes written.</returns>
    private static int Escape(byte character, Span<byte> to)
    {
        to[0] = (byte)'\\';
        to[1] = Short(character);
        if (to[1] != 'u') return 2;
        "00"u8.CopyTo(to[2..]);
        to[4] = "0123456789abcdef"u8[character >> 4];
        to[5] = "0123456789abcdef"u8[character & 15];
        return 6;
    }

    /// <summary>What stands behind the backslash; <c>u</c> where four digits follow.</summary>
    private static byte Short(byte character) => (byte)(character switch
    {
        (byte)'\b' => 'b',
        (byte)'\f' => 'f',
        (byte)'\n' => 'n',
        (byte)'\r' => 'r',
        (byte)'\t' => 't',
        (byte)'"' => '"',
        (byte)'\\' => '\\',
        _ => 'u',
    });
}
