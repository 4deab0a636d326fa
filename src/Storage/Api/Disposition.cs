using System.Text;

namespace Hedgerow.Storage.Api;

/// <summary>The <c>Content-Disposition</c> of a download under a name (RFC 6266).</summary>
public static class Disposition
{
    private const string TokenExtras = "!#$%&'*+-.^_`|~";
    private const string AttributeExtras = "!#$&+-.^_`|~";

    /// <param name="name">Empty: under the name that the URL ends with.</param>
    public static string Attachment(string name) =>
        name.Length == 0 ? "attachment;" : $"attachment; filename={Fallback(name)}; filename*=UTF-8''{Extended(name)}";

    /// <summary>For clients that know no <c>filename*</c>: printable ASCII, nothing escaped (RFC 6266, appendix D).</summary>
    private static string Fallback(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
            text.Append(rune.Value is >= 0x20 and <= 0x7e and not '"' and not '\\' ? (char)rune.Value : '_');
        var fallback = text.ToString();
        return fallback.All(c => char.IsAsciiLetterOrDigit(c) || TokenExtras.Contains(c, StringComparison.Ordinal)) ? fallback : $"\"{fallback}\"";
    }

    /// <summary>RFC 8187's ext-value.</summary>
    private static string Extended(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet < 0x80 && AttributeExtras.Contains((char)octet, StringComparison.Ordinal)) text.Append((char)octet);
            else text.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }
}
