using System.Xml;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Signing;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>ListObjects, ListObjectsV2 and ListObjectVersions: what the caller sees, by name in byte order.</summary>
public sealed class ListCalls(ObjectLister lister, Buckets buckets)
{
    private const int MaxKeys = 1000;

    public async Task<ApiError?> ListV1Async(S3Request request, CancellationToken cancellation)
    {
        var marker = request.Query("marker") ?? "";
        if (!(await ReadAsync(request, marker, cancellation)).Ok(out var page, out var error)) return error;
        await S3Xml.ReplyAsync(request.Http, "ListBucketResult", xml =>
        {
            WriteHead(xml, request, page);
            xml.Text("Marker", page.Encode(marker));
            if (page is { IsTruncated: true, Delimiter: not null }) xml.Text("NextMarker", page.Encode(page.Last));
            WriteEntries(xml, page);
        });
        return null;
    }

    public async Task<ApiError?> ListV2Async(S3Request request, CancellationToken cancellation)
    {
        var (token, start) = (request.Query("continuation-token"), request.Query("start-after"));
        var after = start ?? "";
        if (token is not null && !ContinuationToken.TryRead(token, out after)) return S3Errors.BadToken;
        if (!(await ReadAsync(request, after, cancellation)).Ok(out var page, out var error)) return error;
        var owners = request.Query("fetch-owner") == "true"
            ? await lister.OwnersAsync(request.Session, request.Bucket, page.Entries.Where(entry => entry.Id is not null).Select(entry => entry.Name), cancellation)
            : null;
        await S3Xml.ReplyAsync(request.Http, "ListBucketResult", xml =>
        {
            WriteHead(xml, request, page);
            xml.Number("KeyCount", page.Entries.Count);
            xml.Text("ContinuationToken", token);
            if (start is not null) xml.Text("StartAfter", page.Encode(start));
            if (page.IsTruncated) xml.Text("NextContinuationToken", ContinuationToken.Of(page.Last));
            WriteEntries(xml, page, owners: owners);
        });
        return null;
    }

    /// <summary>Each object is its only version, <c>null</c>, as in S3 where versioning is off: tools that empty a bucket ask for versions.</summary>
    public async Task<ApiError?> ListVersionsAsync(S3Request request, CancellationToken cancellation)
    {
        var marker = request.Query("key-marker") ?? "";
        if (!(await ReadAsync(request, marker, cancellation)).Ok(out var page, out var error)) return error;
        await S3Xml.ReplyAsync(request.Http, "ListVersionsResult", xml =>
        {
            WriteHead(xml, request, page);
            xml.Text("KeyMarker", page.Encode(marker));
            if (page.IsTruncated) xml.Text("NextKeyMarker", page.Encode(page.Last));
            WriteEntries(xml, page, "Version");
        });
        return null;
    }

    private async Task<Result<Page>> ReadAsync(S3Request request, string after, CancellationToken cancellation)
    {
        if (!request.Number("max-keys", MaxKeys, 0, int.MaxValue, out var asked, out var error)) return error!;
        if (request.Query("encoding-type") is not (null or "url")) return S3Errors.InvalidArgument("encoding-type must be url");
        var (prefix, delimiter, limit) = (request.Query("prefix") ?? "", request.Query("delimiter"), Math.Min(asked, MaxKeys));
        // A character that no text of PostgreSQL's holds is in no name either.
        if ((prefix + after + delimiter).Contains('\0', StringComparison.Ordinal)) return S3Errors.InvalidArgument("prefix, delimiter and markers must not hold U+0000");
        var query = new CursorQuery(request.Bucket, prefix, delimiter, limit + 1, after, "name", "", Descending: false);
        var found = limit == 0 ? [] : await lister.ListAsync(request.Session, query, cancellation);
        if (found.Count == 0 && !await buckets.ExistsAsync(request.Session, request.Bucket, cancellation)) return StorageErrors.NoSuchBucket;
        var hasMore = found.Count > limit;
        return new Page(prefix, delimiter, limit, hasMore ? [.. found.Take(limit)] : found, hasMore, request.Query("encoding-type") == "url");
    }

    private static void WriteHead(XmlWriter xml, S3Request request, Page page)
    {
        xml.Text("Name", request.Bucket);
        xml.Text("Prefix", page.Encode(page.Prefix));
        if (page.Delimiter is { } delimiter) xml.Text("Delimiter", page.Encode(delimiter));
        xml.Number("MaxKeys", page.Limit);
        if (page.IsEncoded) xml.Text("EncodingType", "url");
        xml.Truth("IsTruncated", page.IsTruncated);
    }

    private static void WriteEntries(XmlWriter xml, Page page, string element = "Contents", IReadOnlyDictionary<string, string>? owners = null)
    {
        foreach (var entry in page.Entries)
        {
            if (entry.Id is null) continue;
            var metadata = ObjectMetadata.Parse(entry.Metadata, entry.UpdatedAt ?? default);
            xml.WriteStartElement(element);
            xml.Text("Key", page.Encode(entry.Name));
            if (element == "Version")
            {
                xml.Text("VersionId", "null");
                xml.Truth("IsLatest", true);
            }
            xml.Time("LastModified", metadata.LastModified);
            xml.Text("ETag", metadata.ETag);
            xml.Number("Size", metadata.Size);
            xml.Text("StorageClass", "STANDARD");
            if (owners?.GetValueOrDefault(entry.Name) is { } owner)
            {
                xml.WriteStartElement("Owner");
                xml.Text("ID", owner);
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        foreach (var entry in page.Entries)
        {
            if (entry.Id is not null) continue;
            xml.WriteStartElement("CommonPrefixes");
            xml.Text("Prefix", page.Encode(entry.Name));
            xml.WriteEndElement();
        }
    }

    private sealed record Page(string Prefix, string? Delimiter, int Limit, IReadOnlyList<ListEntry> Entries, bool IsTruncated, bool IsEncoded)
    {
        /// <summary>Where the next page goes on.</summary>
        public string Last => Entries[^1].Name;

        public string Encode(string text) => IsEncoded ? UriText.Encode(text, keepsSlash: true) : text;
    }
}
