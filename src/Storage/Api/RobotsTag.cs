using System.Globalization;
using System.Text.RegularExpressions;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Api;

/// <summary>
/// What an upload's <c>X-Robots-Tag</c> may be, which its downloads then carry: rules for search engines, separated by commas, where one wants behind the
/// name of the crawler that they are for (supabase/storage, src/storage/validators/x-robots-tag.ts; MDN, X-Robots-Tag).
/// </summary>
public static partial class RobotsTag
{
    private const int MaxLength = 1000;

    private static readonly HashSet<string> s_rules = new(StringComparer.Ordinal)
    {
        "all", "noindex", "nofollow", "none", "nosnippet", "indexifembedded", "notranslate", "noimageindex",
    };

    public static ApiError? Refuse(string value)
    {
        if (value.Length > MaxLength || value.AsSpan().ContainsAnyExceptInRange(' ', '~')) return StorageErrors.InvalidRobotsTag("X-Robots-Tag header holds what no rule does");
        if (value.AsSpan().Trim().IsEmpty) return StorageErrors.InvalidRobotsTag("X-Robots-Tag header value must be a non-empty string");
        foreach (var rule in Split(value))
            if (RefuseRule(rule) is { } refusal) return refusal;
        return null;
    }

    private static IEnumerable<string> Split(string value)
    {
        for (var rest = value.Trim(); rest.Length > 0;)
        {
            // A date may hold commas.
            var end = DatedRule().Match(rest) is { Success: true } dated ? dated.Length : rest.IndexOf(',', StringComparison.Ordinal);
            yield return (end < 0 ? rest : rest[..end]).Trim();
            rest = end < 0 || end == rest.Length ? "" : rest[(end + 1)..].Trim();
        }
    }

    private static ApiError? RefuseRule(string rule)
    {
        if (s_rules.Contains(rule)) return null;
        if (rule.Length == 0) return StorageErrors.InvalidRobotsTag("X-Robots-Tag header contains empty rule");
        var colon = rule.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return StorageErrors.InvalidRobotsTag($"Invalid X-Robots-Tag rule: \"{rule}\"");
        var (name, value) = (rule[..colon].Trim(), rule[(colon + 1)..].Trim());
        string? wanted = name switch
        {
            "max-snippet" or "max-video-preview" => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= -1 ? null : "an integer >= -1",
            "max-image-preview" => value is "none" or "standard" or "large" ? null : "one of: none, standard, large",
            "unavailable_after" => IsDate(value) ? null : "a valid date",
            // A crawler's name.
            _ => "",
        };
        if (wanted is null) return null;
        if (value.Length == 0) return StorageErrors.InvalidRobotsTag(wanted.Length == 0 ? $"X-Robots-Tag user agent \"{name}\" has no rules specified" : $"X-Robots-Tag rule \"{name}\" requires a value");
        return wanted.Length == 0 ? RefuseRule(value) : StorageErrors.InvalidRobotsTag($"X-Robots-Tag \"{name}\" value must be {wanted}, got: \"{value}\"");
    }

    /// <summary>The forms of RFC 850, RFC 822 and ISO 8601; a zone by its name (PST) is left out, since none of it is reckoned with.</summary>
    private static bool IsDate(string text) =>
        DateTimeOffset.TryParse(ZoneName().Replace(text, ""), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    [GeneratedRegex(@"^unavailable_after:\s*.+?(?=,\s*(?:all|noindex|nofollow|none|nosnippet|indexifembedded|notranslate|noimageindex|[a-zA-Z0-9_-]+:)|$)", RegexOptions.CultureInvariant)]
    private static partial Regex DatedRule();

    [GeneratedRegex(" [A-Z]{2,5}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();
}
