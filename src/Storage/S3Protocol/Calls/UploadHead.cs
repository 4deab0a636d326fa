using System.Buffers;
using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>What the head of an upload says about the object that it is to become.</summary>
/// <param name="UserMetadata">From <c>x-amz-meta-…</c>, a JSON object; null: none was sent.</param>
internal sealed record UploadHead(string MimeType, string CacheControl, string? ContentEncoding, string? UserMetadata)
{
    private const string MetaPrefix = "x-amz-meta-";

    /// <summary>What would be promised by taking the header silently, and is not kept.</summary>
    private static readonly string[] s_notImplemented =
    [
        "x-amz-tagging", "x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-customer-key", "x-amz-object-lock-mode",
        "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold", "x-amz-website-redirect-location", "x-amz-write-offset-bytes",
        "x-amz-copy-source-server-side-encryption-customer-algorithm",
    ];

    public UploadIntent Into(S3Request request, string name, bool replaces, long? length) =>
        new(request.Bucket, name, replaces, request.Session.Owner, MimeType, CacheControl, ContentEncoding, length, UserMetadata);

    public static Result<UploadHead> Read(S3Request request) =>
        Read(request.Header, request.Http.Request.Headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), header.Value.ToString())));

    /// <summary>The same from a form's fields. An ACL is read over, as in Supabase: its bucket and the policies say who sees an object.</summary>
    /// <param name="field">A value by its name, in lower case; null where it is missing or empty.</param>
    /// <param name="fields">All of them, names in lower case.</param>
    public static Result<UploadHead> Read(Func<string, string?> field, IEnumerable<KeyValuePair<string, string>> fields)
    {
        foreach (var name in s_notImplemented)
            if (field(name) is not null) return S3Errors.NotImplemented($"The header {name}");
        return new UploadHead(field("content-type") ?? "application/octet-stream", field("cache-control") ?? "no-cache", Encoding(field("content-encoding")), ReadMetadata(fields));
    }

    /// <summary>Whether an object may be replaced: not with <c>If-None-Match: *</c>, the only form that S3 knows here.</summary>
    public static Result<Replacement> ReadReplacement(S3Request request) => (request.Header("If-None-Match"), request.Header("If-Match")) switch
    {
        (null, null) => new Replacement(true, null),
        ("*", null) => new Replacement(false, null),
        (null, "*") => S3Errors.NotImplemented("If-Match: *"),
        (null, { } etag) => new Replacement(true, etag),
        _ => S3Errors.NotImplemented("If-None-Match with anything but *"),
    };

    /// <summary><c>aws-chunked</c> describes the transfer, not what is stored.</summary>
    private static string? Encoding(string? named)
    {
        if (named is null) return null;
        var stored = string.Join(", ", named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(coding => coding is not ("aws-chunked" or "identity")));
        return stored.Length > 0 ? stored : null;
    }

    private static string? ReadMetadata(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var sent = fields.Where(field => field.Key.StartsWith(MetaPrefix, StringComparison.Ordinal)).ToList();
        if (sent.Count == 0) return null;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in sent) json.WriteString(name[MetaPrefix.Length..], value);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>What an upload may take the place of.</summary>
/// <param name="Replaces">An object of that name.</param>
/// <param name="ETag">Only one with this tag; null: any.</param>
internal sealed record Replacement(bool Replaces, string? ETag);
