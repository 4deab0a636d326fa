namespace Hedgerow.Storage.Objects;

/// <summary>An object's row.</summary>
/// <param name="Version">The key of its bytes; null where something else than the storage API made the row.</param>
/// <param name="UserMetadata">What the uploader said, JSON.</param>
/// <param name="Checksum">Of the bytes, where it is known.</param>
public sealed record ObjectRow(
    Guid Id, string BucketId, string Name, string? Owner, string? Version, ObjectMetadata Metadata, string? UserMetadata, string? Checksum,
    DateTime CreatedAt, DateTime UpdatedAt, DateTime LastAccessedAt);
