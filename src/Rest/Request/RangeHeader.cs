using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Hedgerow.Rest.Request;

/// <summary>The <c>Range</c> header in items: <c>0-24</c>, <c>25-</c> (PostgREST, Limits and Pagination).</summary>
internal static class RangeHeader
{
    /// <summary>What is no such range is as if it were not there.</summary>
    public static RowSpan Parse(StringValues header)
    {
        var text = header.Count == 0 ? [] : header[0].AsSpan();
        var dash = text.IndexOf('-');
        if (dash <= 0 || !Number(text[..dash], out var lower)) return RowSpan.All;
        if (dash == text.Length - 1) return new(lower, null);
        return Number(text[(dash + 1)..], out var upper) ? new(lower, upper) : RowSpan.All;
    }

    private static bool Number(ReadOnlySpan<char> text, out long number)
    {
        number = long.MaxValue / 4;
        return text.IndexOfAnyExceptInRange('0', '9') < 0
            && (text.Length > 18 || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number));
    }
}
