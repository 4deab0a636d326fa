using System.Text;

namespace Hedgerow.Auth.Mfa;

/// <summary>Base32 without padding (RFC 4648 §6): the form in which people and authenticator apps carry TOTP secrets.</summary>
public static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            buffer = (buffer << 8 | value) & 0xFFFF;
            for (bits += 8; bits >= 5; bits -= 5) text.Append(Alphabet[buffer >> (bits - 5) & 31]);
        }
        if (bits > 0) text.Append(Alphabet[buffer << (5 - bits) & 31]);
        return text.ToString();
    }

    /// <summary>The bytes; upper and lower case count alike, padding may follow.</summary>
    /// <exception cref="FormatException">A character that is none of the alphabet.</exception>
    public static byte[] Decode(string text)
    {
        var trimmed = text.TrimEnd('=');
        var bytes = new byte[trimmed.Length * 5 / 8];
        var (buffer, bits, length) = (0, 0, 0);
        foreach (var character in trimmed)
        {
            var value = Alphabet.IndexOf(char.ToUpperInvariant(character), StringComparison.Ordinal);
            if (value < 0) throw new FormatException("This is no Base32 text.");
            buffer = (buffer << 5 | value) & 0xFFFF;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[length++] = (byte)(buffer >> bits);
        }
        return bytes;
    }
}
