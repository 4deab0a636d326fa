namespace Hedgerow.Storage.Backends;

/// <summary>Bytes that a backend holds and no row points at yet.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">With its quotes: the MD5 of what came in one piece, or S3's form for what came in parts.</param>
/// <param name="Checksum">As <c>storage.objects.checksum</c> holds it (<see cref="BodyMeasure.ChecksumOf"/>); null: unknown.</param>
public sealed record StoredBytes(VersionKey Version, long Size, string ETag, string? Checksum);
