using System.Globalization;
using System.Text.RegularExpressions;

namespace Hedgerow.Storage.Objects;

/// <summary>Sizes as people write them: <c>20MB</c>, <c>1.5gb</c>, <c>500b</c>. Units are powers of 1,000, as in Supabase.</summary>
public static partial class FileSize
{
    /// <summary>Bytes; null where it is no size.</summary>
    public static long? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match) return null;
        var unit = match.Groups[2].Value.ToUpperInvariant() switch { "GB" => 1e9, "MB" => 1e6, "KB" => 1e3, _ => 1.0 };
        var bytes = Math.Round(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit);
        return bytes <= long.MaxValue / 2 ? (long)bytes : null;
    }

    [GeneratedRegex("^([0-9]{1,18}(?:\\.[0-9]{1,9})?)(gb|mb|kb|b)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
