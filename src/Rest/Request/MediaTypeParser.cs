using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Hedgerow.Rest.Request;

/// <summary>Parses <c>Accept</c> and <c>Content-Type</c> (RFC 9110, 8.3.1 and 12.5.1; PostgREST, Resource Representation).</summary>
internal static class MediaTypeParser
{
    private static readonly ImmutableArray<MediaType> AcceptsAnything = [MediaType.Any];
    private static readonly ImmutableArray<MediaType> AcceptsJson = [MediaType.Json];

    /// <summary>Acceptable types, best first: by quality, then by how specific they are, then as they stand.</summary>
    public static ImmutableArray<MediaType> Accept(StringValues header)
    {
        if (header.Count == 0) return AcceptsAnything;
        switch (header.Count == 1 ? header[0] : null)
        {
            case "*/*": return AcceptsAnything;
            case "application/json": return AcceptsJson;
            default: break;
        }

        var ranked = new List<(MediaType Type, double Quality, int Specificity)>();
        foreach (var line in header)
        {
            var rest = line.AsSpan();
            foreach (var range in rest.Split(','))
            {
                var (text, quality) = TakeQuality(rest[range]);
                ranked.Add((Parse(text), quality, text.Count(c => c == ';') - text.Count(c => c == '*')));
            }
        }
        return [.. ranked.OrderByDescending(r => r.Quality).ThenByDescending(r => r.Specificity).Select(r => r.Type)];
    }

    /// <summary>The body's media type; JSON where the request names none.</summary>
    public static MediaType ContentType(StringValues header) => header.Count == 0 ? MediaType.Json : Parse(header[0] ?? "");

    /// <summary>The range without spaces and without <c>;q=</c> and what follows it; a quality that is none counts as 1.</summary>
    private static (string Text, double Quality) TakeQuality(ReadOnlySpan<char> range)
    {
        var text = range.Contains(' ') ? range.ToString().Replace(" ", "", StringComparison.Ordinal) : range.ToString();
        var at = text.IndexOf(";q=", StringComparison.Ordinal);
        if (at < 0) return (text, 1);
        var value = text.AsSpan(at + 3);
        var end = value.IndexOf(';');
        if (end >= 0) value = value[..end];
        var isNumber = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality);
        return (text[..at], isNumber ? quality : 1);
    }

    /// <summary>One media type with its parameters. What is not known here keeps its whole text as its name, as errors repeat it.</summary>
    public static MediaType Parse(string text)
    {
        // What nearly every body is.
        if (text == "application/json") return MediaType.Json;
        if (MediaTypeTokens.Read(text) is not { } tokens) return new PlainMediaType(text);
        return tokens.Name switch
        {
            "application/json" => MediaType.Json,
            "text/csv" => MediaType.Csv,
            "text/plain" => MediaType.Text,
            "text/xml" => MediaType.Xml,
            "application/openapi+json" => MediaType.OpenApi,
            "application/geo+json" => MediaType.GeoJson,
            "application/octet-stream" => MediaType.OctetStream,
            "application/x-www-form-urlencoded" => MediaType.Form,
            "*/*" => MediaType.Any,
            "application/vnd.pgrst.object" or "application/vnd.pgrst.object+json" => new SingularMediaType(NullsStripped(tokens)),
            "application/vnd.pgrst.array" or "application/vnd.pgrst.array+json" =>
                NullsStripped(tokens) ? new ArrayMediaType(true) : MediaType.Json,
            "application/vnd.pgrst.plan" or "application/vnd.pgrst.plan+text" => Plan(false, tokens),
            "application/vnd.pgrst.plan+json" => Plan(true, tokens),
            _ => new PlainMediaType(text),
        };
    }

    private static bool NullsStripped(MediaTypeTokens tokens) => tokens.Parameter("nulls") == "stripped";

    private static PlanMediaType Plan(bool asJson, MediaTypeTokens tokens)
    {
        var options = PlanOptions.None;
        foreach (var option in (tokens.Parameter("options") ?? "").Split('|'))
        {
            options |= option switch
            {
                "analyze" => PlanOptions.Analyze,
                "verbose" => PlanOptions.Verbose,
                "settings" => PlanOptions.Settings,
                "buffers" => PlanOptions.Buffers,
                "wal" => PlanOptions.Wal,
                _ => PlanOptions.None,
            };
        }
        // Quotes do not nest, so neither do plans beyond the plan of a plan, which nothing makes.
        return new(asJson, tokens.Parameter("for") is { } text ? Parse(text) : MediaType.Json, options);
    }
}
