using System.Collections.Immutable;

namespace Hedgerow.Storage.Objects;

/// <summary>A bucket as clients see it.</summary>
/// <param name="FileSizeLimit">Bytes; null: the platform's.</param>
/// <param name="AllowedMimeTypes">Null or empty: all.</param>
public sealed record BucketRow(
    string Id, string Name, string? Owner, bool Public, long? FileSizeLimit, ImmutableArray<string>? AllowedMimeTypes,
    DateTime CreatedAt, DateTime UpdatedAt);

/// <summary>What a bucket asks of an upload.</summary>
public sealed record BucketLimits(bool Public, long? FileSizeLimit, ImmutableArray<string>? AllowedMimeTypes);
