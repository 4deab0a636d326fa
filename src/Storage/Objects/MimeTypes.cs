using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Objects;

/// <summary>Which media types a bucket takes.</summary>
public static partial class MimeTypes
{
    private const int MaxLength = 1000;

    /// <summary>Refuses a list that a bucket is to have: types (<c>image/png</c>), wildcards (<c>image/*</c>), or <c>*/*</c>.</summary>
    public static ApiError? RefuseList(ImmutableArray<string> types)
    {
        foreach (var type in types)
            if (type.Length > MaxLength || !ListEntry().IsMatch(type)) return StorageErrors.InvalidMimeType(type);
        return null;
    }

    /// <summary>Refuses an upload's type that is none of <paramref name="allowed"/>. Parameters (<c>;charset=…</c>) count only where the list names some.</summary>
    public static ApiError? Refuse(string type, ImmutableArray<string>? allowed)
    {
        if (allowed is not { IsEmpty: false } list) return null;
        var bare = Bare(type);
        foreach (var entry in list)
        {
            if (entry is "*" or "*/*" && bare.Contains('/', StringComparison.Ordinal)) return null;
            if (entry.Equals(type, StringComparison.OrdinalIgnoreCase) || entry.Equals(bare, StringComparison.OrdinalIgnoreCase)) return null;
            if (entry.EndsWith("/*", StringComparison.Ordinal) && bare.StartsWith(entry[..^1], StringComparison.OrdinalIgnoreCase) && bare.Length >= entry.Length) return null;
        }
        return StorageErrors.InvalidMimeType(type);
    }

    private static string Bare(string type) => (type.IndexOf(';', StringComparison.Ordinal) is >= 0 and var end ? type[..end] : type).Trim();

    [GeneratedRegex(@"^(\*|\*/\*|[a-zA-Z0-9\-+.]+/(\*|[a-zA-Z0-9\-+.]+(;\s*charset=[a-zA-Z0-9\-]+)?))$", RegexOptions.CultureInvariant)]
    private static partial Regex ListEntry();
}
