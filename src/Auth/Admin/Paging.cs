using System.Globalization;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary>A page of a list: <c>?page=2&amp;per_page=50</c>, counted from 1.</summary>
public sealed record Paging(int Page, int Size)
{
    private const int DefaultSize = 50;
    private const int MaxSize = 1000;

    public long Offset => (long)(Page - 1) * Size;

    public static Result<Paging> Read(AuthRequest request)
    {
        if (!Number(request.Query("page"), 1, int.MaxValue / MaxSize, out var page)) return AuthErrors.Invalid("page must be a positive number");
        if (!Number(request.Query("per_page"), DefaultSize, int.MaxValue, out var size)) return AuthErrors.Invalid("per_page must be a positive number");
        return new Paging(page, Math.Min(size, MaxSize));
    }

    /// <summary>How many there are in all, and where the next and the last page are (RFC 8288, as the client reads it).</summary>
    /// <param name="path">The list's path.</param>
    /// <param name="total">Entries on all pages.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Headers(string path, long total)
    {
        var last = Math.Max(1, (total + Size - 1) / Size);
        var next = Page < last ? $"<{path}?page={Page + 1}&per_page={Size}>; rel=\"next\", " : "";
        return [new("X-Total-Count", total.ToString(CultureInfo.InvariantCulture)), new("Link", $"{next}<{path}?page={last}&per_page={Size}>; rel=\"last\"")];
    }

    private static bool Number(string text, int absent, int max, out int number)
    {
        number = absent;
        return text.Length == 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0 && number <= max);
    }
}
