using System.Globalization;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Request;

/// <summary>
/// Rows from <paramref name="Lower"/> to <paramref name="Upper"/>, both included and counted from 0; a null upper end is open.
/// What <c>limit</c>, <c>offset</c> and the <c>Range</c> header come down to before they are combined.
/// </summary>
internal readonly record struct RowSpan(long Lower, long? Upper)
{
    public static readonly RowSpan All = new(0, null);

    /// <summary>What <c>limit=0</c> without an offset makes: no rows, on purpose.</summary>
    public static readonly RowSpan None = new(0, -1);

    public bool IsEmpty => Upper < Lower;

    public RowSpan Intersect(RowSpan other) => new(
        Math.Max(Lower, other.Lower),
        Upper is { } a && other.Upper is { } b ? Math.Min(a, b) : Upper ?? other.Upper);

    public RowRange ToRange() => new(Lower, Upper is { } upper ? upper - Lower + 1 : null);
}

/// <summary>Reads <c>limit</c> and <c>offset</c>, of the root and of embedded resources.</summary>
internal static class QueryRanges
{
    /// <summary>Sums of two of these stay within 64 bits.</summary>
    private const long Largest = long.MaxValue / 4;

    public static RowSpan Root(List<KeyValuePair<string, string?>> parameters)
    {
        long? limit = null, offset = null;
        foreach (var (name, value) in parameters)
        {
            if (name == "limit") limit = Number(value) ?? limit;
            else if (name == "offset") offset = Number(value) ?? offset;
        }
        return Span(limit, offset);
    }

    public static Result<List<Placed<RowRange>>> Embedded(List<KeyValuePair<string, string?>> parameters)
    {
        Dictionary<string, (long? Limit, long? Offset)>? places = null;
        foreach (var (name, value) in parameters)
        {
            if (!name.Contains('.', StringComparison.Ordinal) || Number(value) is not { } number) continue;
            var word = QueryStringParser.LastWord(name);
            if (word is not ("limit" or "offset")) continue;
            var place = name[..^word.Length] + "limit";
            var (limit, offset) = (places ??= []).GetValueOrDefault(place);
            places[place] = word is "limit" ? (number, offset) : (limit, number);
        }

        var ranges = new List<Placed<RowRange>>(places?.Count ?? 0);
        foreach (var (name, (limit, offset)) in places ?? [])
        {
            if (!QueryStringParser.Path(name, out var path, out var error)) return error;
            ranges.Add(new(path, Span(limit, offset).ToRange()));
        }
        return ranges;
    }

    private static RowSpan Span(long? limit, long? offset)
    {
        var lower = offset ?? 0;
        return new(lower, limit is { } count ? lower + count - 1 : null);
    }

    /// <summary>What is no number is as if it were not there; what is larger than any table counts as that.</summary>
    private static long? Number(string? text)
    {
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number))
            return Math.Clamp(number, -Largest, Largest);
        return text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? Largest : null;
    }
}
