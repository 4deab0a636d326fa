namespace Hedgerow.Storage.Objects;

/// <summary>What somebody wants to store, before its bytes are read.</summary>
/// <param name="Replaces">An object of that name may be replaced (<c>x-upsert</c>).</param>
/// <param name="Owner">The <c>sub</c> of whoever uploads; null: nobody in particular.</param>
/// <param name="DeclaredLength">Bytes, where the client says so; policies may ask for it.</param>
/// <param name="UserMetadata">What the uploader says about it, a JSON object.</param>
public sealed record UploadIntent(
    string Bucket, string Name, bool Replaces, string? Owner, string MimeType, string CacheControl, string? ContentEncoding, long? DeclaredLength, string? UserMetadata)
{
    /// <summary>Bytes of the declared length that may be those of the form around the file.</summary>
    public long FormBytes { get; init; }

    /// <summary>What its downloads tell search engines; null: nothing but <c>none</c>.</summary>
    public string? RobotsTag { get; init; }
}

/// <summary>An upload that was allowed.</summary>
/// <param name="MaxBytes">The body may hold no more.</param>
public sealed record UploadPermit(UploadIntent Intent, long MaxBytes);

/// <summary>An upload that became an object.</summary>
public sealed record Recorded(Guid Id, ObjectMetadata Metadata);
