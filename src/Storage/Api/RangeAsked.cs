using System.Globalization;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Api;

/// <summary>What a <c>Range</c> header asks of a body (RFC 9110, 14).</summary>
public abstract record RangeAsked
{
    /// <summary>No range, or one that is not understood and may be ignored: units other than bytes, several ranges, nonsense.</summary>
    public sealed record Everything : RangeAsked;

    public sealed record Part(ByteRange Range) : RangeAsked;

    /// <summary>Nothing of the range lies within the body.</summary>
    public sealed record OutOfBounds : RangeAsked;

    /// <param name="size">Bytes in the body.</param>
    public static RangeAsked Parse(string? header, long size)
    {
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) return new Everything();
        var range = header.AsSpan(6).Trim();
        var dash = range.IndexOf('-');
        if (dash < 0 || range.Contains(',')) return new Everything();
        var before = range[..dash].Trim();
        var behind = range[(dash + 1)..].Trim();
        if (before.IsEmpty)
        {
            // The last so many bytes.
            if (!Number(behind, out var suffix)) return new Everything();
            return suffix == 0 || size == 0 ? new OutOfBounds() : new Part(new ByteRange(Math.Max(0, size - suffix), size - 1));
        }
        if (!Number(before, out var first)) return new Everything();
        var last = size - 1;
        if (!behind.IsEmpty && (!Number(behind, out last) || last < first)) return new Everything();
        return first >= size ? new OutOfBounds() : new Part(new ByteRange(first, Math.Min(last, size - 1)));
    }

    private static bool Number(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        || !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9') && (number = long.MaxValue) > 0;
}
