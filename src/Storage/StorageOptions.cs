using Hedgerow.Storage.Images;

namespace Hedgerow.Storage;

/// <summary>Files. Section <c>Storage</c>; names and meanings are Supabase's where it has them.</summary>
public sealed record StorageOptions
{
    /// <summary>
    /// Where bytes are kept: <c>file:///folder</c> or <c>s3://access:secret@host:port/bucket[/prefix][?region=…&amp;tls=true|false]</c>.
    /// Empty: <c>/storage/v1</c> is not served.
    /// </summary>
    public string Url { get; init; } = "";

    /// <summary>Largest object in bytes (<c>FILE_SIZE_LIMIT</c>). A bucket's own limit may be lower, not higher.</summary>
    public long FileSizeLimit { get; init; } = 5L * 1024 * 1024 * 1024;

    /// <summary>Seconds that a signed upload URL is good for (<c>UPLOAD_SIGNED_URL_EXPIRATION_TIME</c>).</summary>
    public int UploadSignedUrlExpiry { get; init; } = 7200;

    /// <summary>Hours after which a resumable upload that was not finished ends (<c>TUS_URL_EXPIRY_MS</c>).</summary>
    public int ResumableUploadHours { get; init; } = 24;

    /// <summary>The access key id of the S3 protocol's session form (<c>TENANT_ID</c>); on Supabase it is the project's ref.</summary>
    public string TenantId { get; init; } = "stub";

    /// <summary>
    /// The anon key (<c>ANON_KEY</c>), which signs in the S3 protocol's session form; <c>up</c> sets it. Empty: <see cref="TenantId"/> alone does. It is no
    /// secret: what counts in that form is the session token.
    /// </summary>
    public string AnonKey { get; init; } = "";

    /// <summary>The region that the S3 protocol calls its own (<c>REGION</c>). Clients may sign for any.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Hours after its last part that an upload in parts over the S3 protocol counts as abandoned; as long may its complete be repeated.</summary>
    public int MultipartExpiryHours { get; init; } = 24;

    /// <summary>Bytes of memory for small objects that were read lately, the least recent of which give way to others. 0: none are kept.</summary>
    public long CachedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Seconds that an S3 server may stand still before it counts as too slow.</summary>
    public int BackendPatience { get; init; } = 30;

    /// <summary>Hours between two reconciliations of the store with the database. 0: none by itself.</summary>
    public int ReconcileHours { get; init; } = 24;

    /// <summary>Hours that stored bytes without an object are left alone: their row may be on its way.</summary>
    public int OrphanAgeHours { get; init; } = 24;

    /// <summary>Where a cache in front of the platform takes orders to forget (<c>CDN_PURGE_ENDPOINT_URL</c>). Empty: there is none to order.</summary>
    public string CdnPurgeUrl { get; init; } = "";

    /// <summary>The bearer token for it (<c>CDN_PURGE_ENDPOINT_KEY</c>).</summary>
    public string CdnPurgeKey { get; init; } = "";

    /// <summary>Rendering images.</summary>
    public ImageOptions Images { get; init; } = new();
}
