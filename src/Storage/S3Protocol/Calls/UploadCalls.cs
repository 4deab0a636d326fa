using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Signing;
using Hedgerow.Storage.S3Protocol.Uploads;
using Npgsql;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>CreateMultipartUpload, CompleteMultipartUpload, AbortMultipartUpload and ListMultipartUploads.</summary>
public sealed class UploadCalls(MultipartUploads uploads, ObjectWriter writer, Buckets buckets, IObjectBackend backend)
{
    private const int MaxListed = 1000;
    private const int MaxParts = 10_000;
    private const long LeastPartBytes = 5 * 1024 * 1024;

    public async Task<ApiError?> CreateAsync(S3Request request, CancellationToken cancellation)
    {
        if (!UploadHead.Read(request).Ok(out var head, out var error)) return error;
        var intent = head.Into(request, request.Key, replaces: true, length: null);
        if (!(await writer.AuthoriseAsync(request.Session, intent, isTrusted: false, cancellation)).Ok(out _, out error)) return error;
        var version = VersionKey.New();
        // A crash in between leaves an upload in the store that no row keeps: the sweep finds it.
        var id = await backend.BeginPartsAsync(version, cancellation);
        await uploads.CreateAsync(request.Session, id, version, intent, cancellation);
        await S3Xml.ReplyAsync(request.Http, "InitiateMultipartUploadResult", xml =>
        {
            xml.Text("Bucket", request.Bucket);
            xml.Text("Key", request.Key);
            xml.Text("UploadId", id);
        });
        return null;
    }

    /// <summary>Every step may be done twice, and the last one, the row, happens once: whoever loses the answer, or the gateway, asks again and is told the same.</summary>
    public async Task<ApiError?> CompleteAsync(S3Request request, CancellationToken cancellation)
    {
        if (!UploadHead.ReadReplacement(request).Ok(out var place, out var error)) return error;
        if (place.ETag is not null) return S3Errors.NotImplemented("If-Match of a multipart upload");
        if (!(await S3Xml.ReadAsync(request, "CompleteMultipartUpload", cancellation, mayBeMissing: true)).Ok(out var body, out error) || !ReadParts(body).Ok(out var asked, out error)) return error;
        var (session, id) = (request.Session, request.Query("uploadId") ?? "");
        if (!(await CompleteAsync(request, id, asked, place, cancellation)).Ok(out var etag, out error))
        {
            // An upload that has ended, perhaps a moment ago by another request, may have ended with this very object.
            var (isGone, repeated) = (error.Code is "NoSuchUpload" or "InvalidPart", asked.ETag());
            if (!isGone || repeated is null || !await uploads.IsCompletedAsync(session, id, request.Bucket, request.Key, repeated, cancellation)) return error;
            etag = repeated;
        }
        await S3Xml.ReplyAsync(request.Http, "CompleteMultipartUploadResult", xml =>
        {
            xml.Text("Location", request.Address(request.Key));
            xml.Text("Bucket", request.Bucket);
            xml.Text("Key", request.Key);
            xml.Text("ETag", etag);
        });
        return null;
    }

    /// <summary>The object's tag.</summary>
    private async Task<Result<string>> CompleteAsync(S3Request request, string id, AskedParts asked, Replacement place, CancellationToken cancellation)
    {
        var session = request.Session;
        if (!(await uploads.FindAsync(session, id, request.Bucket, request.Key, asCaller: false, cancellation)).Ok(out var upload, out var error)) return error;
        if (!Choose(asked, await uploads.PartsAsync(session, upload.Id, 0, MaxParts, cancellation)).Ok(out var parts, out error)) return error;

        var intent = upload.Into(session.Owner, parts.Sum(part => part.Size), place.Replaces);
        if (!(await writer.AuthoriseAsync(session, intent, isTrusted: false, cancellation)).Ok(out _, out error)) return Conditional(error, place);
        try
        {
            var bytes = await JoinAsync(upload, parts);
            return (await writer.RecordAsync(session, intent, bytes, MultipartUploads.Finish(session, upload, bytes.ETag))).Ok(out _, out error)
                ? bytes.ETag
                : Conditional(error, place);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.NoDataFound)
        {
            return S3Errors.NoSuchUpload;
        }
        catch (BackendException e) when (e.Fault == BackendFault.PartsMismatch)
        {
            // Two writers sent one part at once, or parts are left out and the store does not have that. Those are to be sent again, or named.
            return S3Errors.InvalidPart;
        }
    }

    public async Task<ApiError?> AbortAsync(S3Request request, CancellationToken cancellation)
    {
        var session = request.Session;
        if (!(await uploads.FindAsync(session, request.Query("uploadId") ?? "", request.Bucket, request.Key, asCaller: false, cancellation)).Ok(out var upload, out var error)) return error;
        if (!(await writer.AuthoriseAsync(session, upload.Into(session.Owner, null), isTrusted: false, cancellation)).Ok(out _, out error)) return error;
        if (!await uploads.RemoveAsync(session, upload.Id, cancellation)) return S3Errors.NoSuchUpload;
        await backend.AbortPartsAsync(upload.Version, upload.Id, cancellation);
        // They may have been put together already, and only the row was refused.
        await writer.RemoveAsync([upload.Version]);
        request.Response.StatusCode = 204;
        return null;
    }

    /// <summary>ListMultipartUploads: those that the policies on the uploads show.</summary>
    public async Task<ApiError?> ListAsync(S3Request request, CancellationToken cancellation)
    {
        if (!request.Number("max-uploads", MaxListed, 0, int.MaxValue, out var asked, out var error)) return error;
        if (request.Query("encoding-type") is not (null or "url")) return S3Errors.InvalidArgument("encoding-type must be url");
        if (!await buckets.ExistsAsync(request.Session, request.Bucket, cancellation)) return StorageErrors.NoSuchBucket;
        var (prefix, delimiter, limit) = (request.Query("prefix") ?? "", request.Query("delimiter"), Math.Min(asked, MaxListed));
        var (keyMarker, idMarker) = (request.Query("key-marker") ?? "", request.Query("upload-id-marker") ?? "");
        if ((prefix + delimiter + keyMarker + idMarker).Contains('\0', StringComparison.Ordinal)) return S3Errors.InvalidArgument("prefix, delimiter and markers must not hold U+0000");
        var (entries, hasMore) = await new UploadPage(uploads, request.Session, request.Bucket, prefix, delimiter).ReadAsync((keyMarker, idMarker), limit, cancellation);
        string Encode(string text) => request.Query("encoding-type") == "url" ? UriText.Encode(text, keepsSlash: true) : text;
        await S3Xml.ReplyAsync(request.Http, "ListMultipartUploadsResult", xml =>
        {
            xml.Text("Bucket", request.Bucket);
            xml.Text("KeyMarker", Encode(keyMarker));
            xml.Text("UploadIdMarker", idMarker);
            if (hasMore)
            {
                xml.Text("NextKeyMarker", Encode(entries[^1].Key));
                xml.Text("NextUploadIdMarker", entries[^1].Id ?? "");
            }
            xml.Text("Prefix", Encode(prefix));
            if (delimiter is not null) xml.Text("Delimiter", Encode(delimiter));
            if (request.Query("encoding-type") is { } encoding) xml.Text("EncodingType", encoding);
            xml.Number("MaxUploads", limit);
            xml.Truth("IsTruncated", hasMore);
            foreach (var upload in entries.Where(entry => entry.Id is not null))
            {
                xml.WriteStartElement("Upload");
                xml.Text("Key", Encode(upload.Key));
                xml.Text("UploadId", upload.Id);
                xml.Text("StorageClass", "STANDARD");
                xml.Time("Initiated", upload.CreatedAt);
                xml.WriteEndElement();
            }
            foreach (var folder in entries.Where(entry => entry.Id is null))
            {
                xml.WriteStartElement("CommonPrefixes");
                xml.Text("Prefix", Encode(folder.Key));
                xml.WriteEndElement();
            }
        });
        return null;
    }

    private static ApiError Conditional(ApiError error, Replacement place) => !place.Replaces && error.Code == "KeyAlreadyExists" ? StorageErrors.PreconditionFailed : error;

    /// <summary>Numbers and tags, in the order in which they are to be put together. None: all that were sent, as in Supabase.</summary>
    private static Result<AskedParts> ReadParts(XElement body)
    {
        var parts = ImmutableArray.CreateBuilder<(int, string)>();
        foreach (var part in body.Children("Part"))
        {
            if (!int.TryParse(part.Child("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || part.Child("ETag") is not { } etag) return S3Errors.BadXml;
            if (parts.Count > 0 && number <= parts[^1].Item1) return S3Errors.PartOrder;
            parts.Add((number, etag));
        }
        return parts.Count > MaxParts ? S3Errors.BadXml : new AskedParts(parts.ToImmutable());
    }

    private static Result<ChosenParts> Choose(AskedParts asked, ImmutableArray<UploadedPart> stored)
    {
        if (stored.IsEmpty && asked.Parts.IsEmpty) return S3Errors.BadXml;
        if (asked.Parts.IsEmpty) asked = new AskedParts([.. stored.Select(part => (part.Number, part.ETag))]);
        var byNumber = stored.ToDictionary(part => part.Number);
        var chosen = ImmutableArray.CreateBuilder<UploadedPart>(asked.Parts.Length);
        foreach (var (number, etag) in asked.Parts)
        {
            if (!byNumber.TryGetValue(number, out var part) || part.ETag.Trim('"') != etag.Trim().Trim('"')) return S3Errors.InvalidPart;
            if (chosen.Count > 0 && chosen[^1].Size < LeastPartBytes) return S3Errors.PartTooSmall;
            chosen.Add(part);
        }
        return new ChosenParts(chosen.ToImmutable());
    }

    /// <summary>Not cancelled with the request: whoever waited for so long asks again, and then it is done.</summary>
    private async Task<StoredBytes> JoinAsync(MultipartUpload upload, ChosenParts parts)
    {
        var (crc, size) = (0u, 0L);
        foreach (var part in parts.Parts)
        {
            crc = Crc32C.Combine(crc, uint.Parse(part.Checksum.AsSpan("crc32c:".Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), part.Size);
            size += part.Size;
        }
        ImmutableArray<(int, string)> stored = [.. parts.Parts.Where(part => part.Size > 0).Select(part => (part.Number, part.Receipt))];
        var checksum = BodyMeasure.ChecksumOf(crc);
        if (stored.IsEmpty) await backend.PutAsync(upload.Version, new MemoryStream(), 0, CancellationToken.None);
        // A complete that was refused at its last step may have named other parts: what is stored must be what is recorded.
        else if (!await backend.CompletePartsAsync(upload.Version, upload.Id, stored, CancellationToken.None) && !await HoldsAsync(upload.Version, size, checksum))
            throw new BackendException(BackendFault.PartsMismatch, "The upload was put together of other parts than those that are named");
        return new StoredBytes(upload.Version, size, TagOf(parts.Parts.Select(part => part.ETag)), checksum);
    }

    private async Task<bool> HoldsAsync(VersionKey version, long size, string checksum)
    {
        await using var content = await backend.OpenAsync(version, null, CancellationToken.None);
        if (content?.Length != size) return false;
        await using var metered = new MeteredBody(content.AsStream(), long.MaxValue);
        await metered.CopyToAsync(Stream.Null);
        return metered.Finish().Checksum == checksum;
    }

    /// <summary>S3's tag of what came in parts: an MD5 of MD5s.</summary>
    private static string TagOf(IEnumerable<string> parts)
    {
        byte[][] tags = [.. parts.Select(part => Convert.FromHexString(part.Trim().Trim('"')))];
        return $"\"{Convert.ToHexStringLower(MD5.HashData([.. tags.SelectMany(tag => tag)]))}-{tags.Length}\"";
    }

    private sealed record AskedParts(ImmutableArray<(int Number, string ETag)> Parts)
    {
        /// <summary>Of the object that these parts make; null where none are named, or they are no parts of this server's.</summary>
        public string? ETag()
        {
            if (Parts.IsEmpty) return null;
            try
            {
                return TagOf(Parts.Select(part => part.ETag));
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }

    private sealed record ChosenParts(ImmutableArray<UploadedPart> Parts)
    {
        public long Sum(Func<UploadedPart, long> of) => Parts.Sum(of);
    }
}
