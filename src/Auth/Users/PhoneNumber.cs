using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Users;

/// <summary>A phone number as it is compared and stored: E.164 without the plus sign (GoTrue).</summary>
public static partial class PhoneNumber
{
    /// <summary>The digits, or null where it is no number.</summary>
    public static string? Normalise(string? text)
    {
        var digits = text?.Replace(" ", "", StringComparison.Ordinal).TrimStart('+') ?? "";
        return Pattern().IsMatch(digits) ? digits : null;
    }

    [GeneratedRegex("""^[1-9][0-9]{1,14}\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
