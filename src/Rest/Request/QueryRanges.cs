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

    public RowRange ToRange() => Upper == None.Upper ? new(0, 0) : new(Lower, Upper is { } upper ? upper - Lower + 1 : null);
}

/// <summary>Reads <c>limit</c> and <c>offset</c>, of the root and of embedded resources.</summary>
internal static class QueryRanges
{
    /// <summary>Sums of two of these stay within 64 bits.</summary>
    private const long Largest = long.MaxValue / 4;

    /// <summary>What the parameters say of one place. Of a repeated one the last counts.</summary>
    private readonly record struct Given(bool HasLimit, long? Limit, bool HasOffset, long? Offset)
    {
        public Given With(ReadOnlySpan<char> word, string value) => word is "limit"
            ? this with { HasLimit = true, Limit = Number(value) }
            : this with { HasOffset = true, Offset = Number(value) };

        /// <summary>What is no number is as if it were not there; but beside an offset such a limit counts as 0.</summary>
        public RowSpan ToSpan()
        {
            var lower = Offset ?? 0;
            var count = HasLimit && HasOffset ? Limit ?? 0 : Limit;
            return new(lower, lower + count - 1);
        }
    }

    public static RowSpan Root(List<KeyValuePair<string, string?>> parameters)
    {
        var given = new Given();
        foreach (var (name, value) in parameters)
            if (name is "limit" or "offset" && value is not null) given = given.With(name, value);
        return given.ToSpan();
    }

    public static Result<List<Placed<RowRange>>> Embedded(List<KeyValuePair<string, string?>> parameters)
    {
        Dictionary<string, Given>? places = null;
        foreach (var (name, value) in parameters)
        {
            if (!name.Contains('.', StringComparison.Ordinal) || value is null) continue;
            var word = QueryStringParser.LastWord(name);
            if (word is not ("limit" or "offset")) continue;
            var place = name[..^word.Length] + "limit";
            (places ??= [])[place] = places.GetValueOrDefault(place).With(word, value);
        }

        var ranges = new List<Placed<RowRange>>(places?.Count ?? 0);
        foreach (var (name, given) in places ?? [])
        {
            if (!QueryStringParser.Path(name, out var path, out var error)) return error;
            ranges.Add(new(path, given.ToSpan().ToRange()));
        }
        return ranges;
    }

    /// <summary>Null: no number. What is larger than any table counts as that.</summary>
    private static long? Number(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number))
            return Math.Clamp(number, -Largest, Largest);
        return text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? Largest : null;
    }
}
