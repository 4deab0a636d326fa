using System.Text;

namespace Hedgerow.Rest.Response;

/// <summary>Text from the database on its way into a header: a line break there would begin another header.</summary>
internal static class HeaderText
{
    /// <summary>Printable ASCII as it is; anything else percent-encoded as UTF-8.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var safe = new StringBuilder(text.Length + 8);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7e) safe.Append((char)b);
            else safe.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return safe.ToString();
    }
}
