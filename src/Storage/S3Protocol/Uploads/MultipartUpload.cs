using System.Buffers;
using System.Text;
using System.Text.Json;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Uploads;

/// <summary>An upload in parts that is under way.</summary>
/// <param name="Id">S3's UploadId.</param>
/// <param name="Version">The key that its bytes will have.</param>
/// <param name="Size">Bytes in its parts so far.</param>
/// <param name="Owner">The <c>sub</c> of whoever began it.</param>
public sealed record MultipartUpload(
    string Id, VersionKey Version, string Bucket, string Key, long Size, string? Owner, string MimeType, string CacheControl, string? ContentEncoding,
    string? UserMetadata, DateTime CreatedAt)
{
    /// <summary>What it is to become. S3's uploads replace what is there.</summary>
    /// <param name="length">Bytes in the whole, where they are known.</param>
    public UploadIntent Into(string? owner, long? length, bool replaces = true) =>
        new(Bucket, Key, replaces, owner, MimeType, CacheControl, ContentEncoding, length, UserMetadata);

    /// <summary>As <c>storage.s3_multipart_uploads.metadata</c> holds it, with the names of <c>storage.objects.metadata</c>.</summary>
    public static string HeadJson(UploadIntent intent)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("mimetype", intent.MimeType);
            json.WriteString("cacheControl", intent.CacheControl);
            if (intent.ContentEncoding is { } encoding) json.WriteString("contentEncoding", encoding);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>A part that is stored.</summary>
/// <param name="ETag">With its quotes.</param>
/// <param name="Receipt">What the store wants to have back.</param>
/// <param name="Checksum">CRC-32C, as <c>storage.objects.checksum</c> has it.</param>
public sealed record UploadedPart(int Number, long Size, string ETag, string Receipt, string Checksum, DateTime StoredAt);

/// <summary>An entry of a list of uploads; without an id it is a folder.</summary>
public sealed record UploadEntry(string Key, string? Id, DateTime CreatedAt);
