using System.Globalization;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// The entity tag of a large body. Its MD5 would take longer than everything else on its way, so the tag names the version instead: no two uploads have the
/// same. It has the form that S3 gives to what came in parts, as Supabase's larger objects have it, which no client takes for an MD5.
/// </summary>
/// <param name="version">What is being stored.</param>
/// <param name="length">Bytes in the body where that is certain.</param>
public sealed class LargeTag(VersionKey version, long? length)
{
    /// <summary>In bytes. Up to this a body's tag is its MD5.</summary>
    public const long Above = 16L * 1024 * 1024;

    // The parts in which Supabase's gateway sends a body to S3.
    private const long PieceBytes = 5L * 1024 * 1024;

    /// <summary>Whether it is known from the beginning that this is the tag.</summary>
    public bool IsCertain => length > Above;

    /// <summary>32 hexadecimal digits, and the number of pieces.</summary>
    public string Of(long size) =>
        string.Create(CultureInfo.InvariantCulture, $"{version.Text.Replace("-", "", StringComparison.Ordinal)}-{(size + PieceBytes - 1) / PieceBytes}");
}
