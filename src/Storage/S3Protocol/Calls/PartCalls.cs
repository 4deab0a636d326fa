using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Uploads;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>UploadPart, UploadPartCopy and ListParts.</summary>
public sealed class PartCalls(MultipartUploads uploads, ObjectWriter writer, ObjectReader reader, Buckets buckets, IObjectBackend backend, TimeProvider clock)
{
    private const int MaxParts = 10_000;
    private const int MaxListed = 1000;
    private const long MaxPartBytes = 5L * 1024 * 1024 * 1024;

    public async Task<ApiError?> PutAsync(S3Request request, CancellationToken cancellation)
    {
        if (!request.Payload().Ok(out var payload, out var error)) return error;
        await using (payload)
        {
            if (payload.Length is not { } length) return S3Errors.NoLength;
            if (!(await StoreAsync(request, length, () => Task.FromResult<Result<Stream>>(payload.Data), cancellation)).Ok(out var part, out error)) return error;
            request.Response.Headers.ETag = part.ETag;
            foreach (var (header, checksum) in payload.Checksums) request.Response.Headers[header] = checksum;
        }
        return null;
    }

    /// <summary>The bytes go through the gateway: the store's own copy would not say what they are.</summary>
    public async Task<ApiError?> CopyAsync(S3Request request, CancellationToken cancellation)
    {
        if (!CopyCalls.ReadSource(request).Ok(out var source, out var error)) return error;
        if (!(await reader.FindAsCallerAsync(request.Session, source.Bucket, source.Key, cancellation)).Ok(out var row, out error))
            return await buckets.ExistsAsync(request.Session, source.Bucket, cancellation) ? error : StorageErrors.NoSuchBucket;
        if (CopyCalls.RefuseSource(request, row.Metadata) is { } unmet) return unmet;
        ByteRange? range = null;
        if (request.Header("x-amz-copy-source-range") is { } asked && !CopyRange.TryParse(asked, row.Metadata.Size, out range))
            return S3Errors.InvalidArgument("x-amz-copy-source-range must be bytes=first-last, both within the source");
        StoredContent? content = null;
        try
        {
            var stored = await StoreAsync(
                request, range?.Length ?? row.Metadata.Size,
                async () => (content = await reader.OpenAsync(row, range, cancellation)) is null ? StorageErrors.NoBytes : content.AsStream(), cancellation);
            if (!stored.Ok(out var part, out error)) return error;
            await S3Xml.ReplyAsync(request.Http, "CopyPartResult", xml =>
            {
                xml.Text("ETag", part.ETag);
                xml.Time("LastModified", part.StoredAt);
            });
            return null;
        }
        finally
        {
            if (content is not null) await content.DisposeAsync();
        }
    }

    /// <summary>ListParts, for those whom the policies show the upload.</summary>
    public async Task<ApiError?> ListAsync(S3Request request, CancellationToken cancellation)
    {
        var id = request.Query("uploadId") ?? "";
        if (!request.Number("max-parts", MaxListed, 0, int.MaxValue, out var asked, out var error)
            || !request.Number("part-number-marker", 0, 0, int.MaxValue, out var after, out error)) return error;
        if (!(await uploads.FindAsync(request.Session, id, request.Bucket, request.Key, asCaller: true, cancellation)).Ok(out var upload, out error)) return error;
        var limit = Math.Min(asked, MaxListed);
        var found = await uploads.PartsAsync(request.Session, upload.Id, after, limit + 1, cancellation);
        var parts = found.Length > limit ? found[..limit] : found;
        await S3Xml.ReplyAsync(request.Http, "ListPartsResult", xml =>
        {
            xml.Text("Bucket", request.Bucket);
            xml.Text("Key", request.Key);
            xml.Text("UploadId", upload.Id);
            xml.Text("StorageClass", "STANDARD");
            xml.Number("PartNumberMarker", after);
            if (found.Length > limit && limit > 0) xml.Number("NextPartNumberMarker", parts[^1].Number);
            xml.Number("MaxParts", limit);
            xml.Truth("IsTruncated", found.Length > limit && limit > 0);
            foreach (var part in parts)
            {
                xml.WriteStartElement("Part");
                xml.Number("PartNumber", part.Number);
                xml.Time("LastModified", part.StoredAt);
                xml.Text("ETag", part.ETag);
                xml.Number("Size", part.Size);
                xml.WriteEndElement();
            }
        });
        return null;
    }

    /// <summary>Permission first, bytes next, the row that lets them count last.</summary>
    /// <param name="open">Gives the bytes once they are wanted; the caller disposes them.</param>
    private async Task<Result<UploadedPart>> StoreAsync(S3Request request, long length, Func<Task<Result<Stream>>> open, CancellationToken cancellation)
    {
        if (!request.Number("partNumber", 0, 1, MaxParts, out var number, out var error) || number == 0) return error ?? S3Errors.InvalidArgument("partNumber is missing");
        if (length > MaxPartBytes) return StorageErrors.TooLarge;
        var session = request.Session;
        if (!(await uploads.FindAsync(session, request.Query("uploadId") ?? "", request.Bucket, request.Key, asCaller: false, cancellation)).Ok(out var upload, out error)) return error;
        // An object of this size at least: what the bucket takes, and what the policies say of the length.
        if (!(await writer.AuthoriseAsync(session, upload.Into(session.Owner, length), isTrusted: false, cancellation)).Ok(out var permit, out error)) return error;
        if (length > permit.MaxBytes - upload.Size && !await IsReplacementAsync(session, upload, number, permit.MaxBytes - length, cancellation)) return StorageErrors.TooLarge;
        if (!(await open()).Ok(out var bytes, out error)) return error;

        await using var metered = new MeteredBody(bytes, length);
        var receipt = "";
        // An empty part is a row alone: stores have no use for it, and not all take one.
        if (length == 0) await metered.CopyToAsync(Stream.Null, cancellation);
        else receipt = await backend.PutPartAsync(upload.Version, upload.Id, number, metered, length, cancellation);
        var measure = metered.Finish();
        var part = new UploadedPart(number, measure.Size, $"\"{measure.Tag}\"", receipt, measure.Checksum, clock.GetUtcNow().UtcDateTime);
        return await uploads.KeepAsync(session, upload, part) ? part : S3Errors.NoSuchUpload;
    }

    /// <summary>Whether the upload stays within its limit because the part takes the place of an earlier one.</summary>
    private async Task<bool> IsReplacementAsync(Session session, MultipartUpload upload, int number, long room, CancellationToken cancellation)
    {
        var earlier = (await uploads.PartsAsync(session, upload.Id, number - 1, 1, cancellation)).FirstOrDefault(part => part.Number == number);
        return earlier is not null && upload.Size - earlier.Size <= room;
    }
}
