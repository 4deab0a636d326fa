using System.Buffers;
using System.Text;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Objects;

/// <summary>What may be a bucket's or an object's name: Supabase's rules (supabase/storage, src/storage/limits.ts), which follow S3's.</summary>
public static class Names
{
    /// <summary>S3's limit, in UTF-8.</summary>
    public const int MaxObjectBytes = 1024;

    private const int MaxBucketLength = 100;

    private static readonly SearchValues<char> s_bucket =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_!.*'() &$=@;:+,?-");

    // S3's "characters to avoid", and invisible characters that let one name look like another. ZWNJ and ZWJ stay: emoji and several scripts need them.
    private static readonly SearchValues<char> s_refused = SearchValues.Create(
        "#[]{}^`\"<>\\|%~\u007f\u034f\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff");

    public static ApiError? RefuseBucket(string name) =>
        name.Length is 0 or > MaxBucketLength || name.AsSpan().ContainsAnyExcept(s_bucket) ? StorageErrors.InvalidBucketName : null;

    public static ApiError? RefuseObject(string name) => IsObject(name) ? null : StorageErrors.InvalidKey(name);

    private static bool IsObject(string name)
    {
        if (name.Length is 0 or > MaxObjectBytes || name.AsSpan().ContainsAny(s_refused)) return false;
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            // The replacement stands for what was no character at all.
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune)) return false;
            bytes += rune.Utf8SequenceLength;
        }
        return bytes <= MaxObjectBytes && !HasDotSegment(name);
    }

    private static bool HasDotSegment(string name)
    {
        foreach (var segment in name.AsSpan().Split('/'))
            if (name.AsSpan(segment) is "." or "..") return true;
        return false;
    }

    /// <summary>The dashboard's marker of an empty folder: it holds nothing, whatever the bucket allows.</summary>
    public static bool IsEmptyFolder(string name) => name.EndsWith(".emptyFolderPlaceholder", StringComparison.Ordinal);
}
