using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Objects;

/// <summary>Which media types a bucket takes. Parameters (<c>;charset=…</c>) and case do not count.</summary>
public static partial class MimeTypes
{
    private const int MaxLength = 1000;

    /// <summary>The list that a bucket is to have, of types (<c>image/png</c>), wildcards (<c>image/*</c>), or <c>*/*</c>, in the form in which it is kept.</summary>
    public static Result<ImmutableArray<string>> List(ImmutableArray<string> types)
    {
        var list = ImmutableArray.CreateBuilder<string>(types.Length);
        foreach (var type in types)
        {
            if (type.Length > MaxLength || (IsAnything(type) ? type : Bare(type)) is not { } entry) return StorageErrors.InvalidMimeType(type);
            if (!list.Contains(entry)) list.Add(entry);
        }
        return list.ToImmutable();
    }

    /// <summary>Refuses an upload's type that is none of <paramref name="allowed"/>. Null or empty: all are.</summary>
    public static ApiError? Refuse(string type, ImmutableArray<string>? allowed)
    {
        if (allowed is not { IsEmpty: false } list) return null;
        if (Bare(type) is not { } bare || bare.EndsWith('*')) return StorageErrors.InvalidMimeType(type);
        var family = bare.AsSpan(0, bare.IndexOf('/', StringComparison.Ordinal) + 1);
        foreach (var entry in list)
        {
            if (IsAnything(entry)) return null;
            // A list may have been written by SQL.
            if (Bare(entry) is { } taken && (taken == bare || taken.EndsWith('*') && family.SequenceEqual(taken.AsSpan(0, taken.Length - 1)))) return null;
        }
        return StorageErrors.InvalidMimeType(type);
    }

    private static bool IsAnything(string entry) => entry is "*" or "*/*";

    /// <summary>Type and subtype in lower case; null where it is no media type.</summary>
    private static string? Bare(string type) => MediaType().Match(type) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : null;

    // RFC 9110, 5.6.2 (token), 5.6.4 (quoted-string), 5.6.6 (parameters), 8.3.1. An asterisk stands for a wildcard, though it may be part of a token.
    [GeneratedRegex(
        """^[\t ]*([!#$%&'+.^_`|~0-9A-Za-z-]+/(?:\*|[!#$%&'+.^_`|~0-9A-Za-z-]+))[\t ]*(?:;[\t ]*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*")[\t ]*)?)*\z""",
        RegexOptions.CultureInvariant)]
    private static partial Regex MediaType();
}
