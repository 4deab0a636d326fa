using System.Globalization;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Phone;

/// <summary>Numbers with a code that never changes (<see cref="SmsOptions.TestOtp"/>).</summary>
public sealed class TestCodes(AuthOptions options, TimeProvider clock)
{
    private readonly Dictionary<string, string> _codes = Parse(options.Sms.TestOtp);
    private readonly DateTimeOffset? _until = Until(options.Sms.TestOtpValidUntil);

    /// <summary>The number's code, or null where it has none.</summary>
    /// <param name="phone">Normalised.</param>
    public string? Of(string phone) => (_until is null || clock.GetUtcNow() < _until) && _codes.TryGetValue(phone, out var code) ? code : null;

    /// <exception cref="FormatException">It is no list of <c>number:code</c>.</exception>
    public static Dictionary<string, string> Parse(string list)
    {
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Supabase's configuration writes =, GoTrue's environment a colon.
            if (entry.Split([':', '='], 2) is not [var number, var code] || PhoneNumber.Normalise(number) is not { } phone || code.Length is < 6 or > 10 || code.Any(c => !char.IsAsciiDigit(c)))
                throw new FormatException("must be numbers with codes of 6 to 10 digits: 4152127777:123456,4152127778:234567");
            codes[phone] = code;
        }
        return codes;
    }

    /// <exception cref="FormatException">It is no moment.</exception>
    public static DateTimeOffset? Until(string text) =>
        text.Length == 0 ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
