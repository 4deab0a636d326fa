using System.Globalization;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Admin;

/// <summary>How long a user is shut out: <c>none</c> lifts the ban, else a duration in Go's notation (<c>24h</c>, <c>1h30m</c>).</summary>
public abstract partial record BanDuration
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365 * 300);

    /// <summary>The ban is lifted.</summary>
    public sealed record Lifted : BanDuration;

    /// <summary>The ban lasts from now on.</summary>
    public sealed record For(TimeSpan Duration) : BanDuration;

    /// <summary>Null where it is neither.</summary>
    public static BanDuration? Parse(string text)
    {
        if (text == "none") return new Lifted();
        var match = Pattern().Match(text);
        if (!match.Success) return null;
        var seconds = 0d;
        for (var part = 0; part < match.Groups["number"].Captures.Count; part++)
        {
            var number = double.Parse(match.Groups["number"].Captures[part].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            seconds += number * match.Groups["unit"].Captures[part].ValueSpan switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                _ => 1e-9,
            };
        }
        return seconds <= s_longest.TotalSeconds ? new For(TimeSpan.FromSeconds(seconds)) : null;
    }

    [GeneratedRegex("""^(?:(?<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?<unit>h|ms|m|s|us|µs|ns)){1,8}\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
