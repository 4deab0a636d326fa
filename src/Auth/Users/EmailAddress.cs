using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Users;

/// <summary>An e-mail address as it is compared and stored: trimmed, lower case.</summary>
public static partial class EmailAddress
{
    private const int MaxLength = 255;

    /// <summary>The normalised address, or null where it is none (the form that browsers accept: WHATWG HTML, valid e-mail address).</summary>
    public static string? Normalise(string? text)
    {
        var address = text?.Trim().ToLowerInvariant() ?? "";
        return address.Length is > 2 and <= MaxLength && Pattern().IsMatch(address) ? address : null;
    }

    [GeneratedRegex("""^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
