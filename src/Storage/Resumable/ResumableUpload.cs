using System.Collections.Immutable;
using System.Security.Cryptography;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Resumable;

/// <summary>Who began an upload, and therefore may go on with it.</summary>
/// <param name="Role">Null: whoever has a signed URL for the object.</param>
/// <param name="Owner">The <c>sub</c>; null for a key that names nobody.</param>
public sealed record Uploader(string? Role, string? Owner)
{
    /// <summary>The policies were asked when the URL was signed.</summary>
    public bool IsSigned => Role is null;
}

/// <summary>The last bytes that arrived, where they are too few for a part, or all there is. Every tail has a key of its own.</summary>
public sealed record UploadTail(VersionKey Version, BodyMeasure Measure);

/// <summary>A part that is stored.</summary>
/// <param name="Receipt">What <see cref="IObjectBackend.CompletePartsAsync"/> wants to have back.</param>
public sealed record UploadPart(int Number, string Receipt, BodyMeasure Measure);

/// <summary>An upload in parts of the object store.</summary>
/// <param name="Version">What it is to become.</param>
/// <param name="Upload">The store's name for it.</param>
public sealed record StoreUpload(VersionKey Version, string Upload);

/// <summary>An upload under way, as <c>storage.resumable_uploads</c> has it.</summary>
/// <param name="Intent">What it is to become. Its declared length is that of the whole; null: not known yet.</param>
/// <param name="Announced">Upload-Metadata, as it came.</param>
/// <param name="MaxBytes">What the bucket took when it began.</param>
/// <param name="Received">Bytes that are stored and count.</param>
/// <param name="Parts">Null: none was begun.</param>
/// <param name="Writer">Whose bytes count: the latest request's.</param>
public sealed record ResumableUpload(
    Guid Id, UploadIntent Intent, Uploader By, string? Announced, long MaxBytes, long Received, StoreUpload? Parts, UploadTail? Tail, int Writer,
    bool IsFinished, bool IsExpired, DateTimeOffset ExpiresAt)
{
    private const long SmallestPart = 5L * 1024 * 1024; // S3's rule
    private const int MostParts = 9_000; // S3 takes 10,000

    public long? Length => Intent.DeclaredLength;

    /// <summary>Everything has arrived.</summary>
    public bool IsComplete => Received == Length;

    /// <summary>Bytes in parts; the others are in the tail.</summary>
    public long InParts => Received - (Tail?.Measure.Size ?? 0);

    /// <summary>More bytes than this cannot come.</summary>
    public long Limit => Length ?? MaxBytes;

    /// <summary>Fewer bytes are no part, unless they are the last ones.</summary>
    public long PartAtLeast => Math.Max(SmallestPart, (Limit + MostParts - 1) / MostParts);

    /// <summary>What the object will be, once its parts are put together.</summary>
    public static StoredBytes Join(VersionKey version, ImmutableArray<UploadPart> parts)
    {
        var (size, crc) = (0L, 0u);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var part in parts)
        {
            crc = size == 0 ? part.Measure.Crc32C : Crc32C.Combine(crc, part.Measure.Crc32C, part.Measure.Size);
            size += part.Measure.Size;
            md5.AppendData(Convert.FromHexString(part.Measure.Tag));
        }
        return new StoredBytes(version, size, $"\"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{parts.Length}\"", BodyMeasure.ChecksumOf(crc));
    }
}
