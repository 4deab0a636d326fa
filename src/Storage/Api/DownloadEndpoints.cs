using System.Globalization;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Api;

/// <summary>Downloads and what is known of an object: by token, from public buckets, by signed URLs.</summary>
public sealed class DownloadEndpoints(ObjectReader reader, ObjectResponse response, SignedUrls urls)
{
    /// <summary><c>GET</c> and <c>HEAD /object/{bucket}/{name}</c>, <c>/object/authenticated/…</c>, <c>/object/public/…</c>.</summary>
    public async Task<ApiError?> GetAsync(StorageRequest request, bool onlyPublic, CancellationToken cancellation)
    {
        if (request.Query("versionId") is not null) return StorageErrors.NoVersions;
        Task<Result<ObjectRow>> Find() => FindAsync(request, onlyPublic, cancellation);
        if (!(await Find()).Ok(out var row, out var error)) return error;
        return await response.WriteAsync(request.Http, row, Find, request.Query("download"), expires: null, cancellation);
    }

    /// <summary><c>GET</c> and <c>HEAD /object/sign/{bucket}/{name}?token=…</c>.</summary>
    public async Task<ApiError?> GetSignedAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (request.Query("token") is not { } token) return StorageErrors.NoToken;
        if (!urls.Read(token, SignedScope.Download, request.Bucket, request.Name).Ok(out var signed, out var error)) return error;
        // Who was given a thumbnail was not given the original.
        if (!string.IsNullOrEmpty(signed.Transformations)) return StorageErrors.InvalidSignature;
        Task<Result<ObjectRow>> Find() => reader.FindSignedAsync(request.Session, request.Bucket, request.Name, cancellation);
        if (!(await Find()).Ok(out var row, out error)) return error;
        return await response.WriteAsync(request.Http, row, Find, request.Query("download"), signed.ExpiresAt, cancellation);
    }

    /// <summary><c>GET</c> and <c>HEAD /object/info/…</c>.</summary>
    public async Task<ApiError?> InfoAsync(StorageRequest request, bool onlyPublic, CancellationToken cancellation)
    {
        if (request.Query("versionId") is not null) return StorageErrors.NoVersions;
        if (!(await FindAsync(request, onlyPublic, cancellation)).Ok(out var row, out var error)) return error;
        request.Http.Response.Headers.ETag = row.Metadata.ETag;
        request.Http.Response.Headers.LastModified = row.Metadata.LastModified.ToString("R", CultureInfo.InvariantCulture);
        await StorageRoute.ReplyAsync(request.Http, json => WriteInfo(json, row));
        return null;
    }

    private Task<Result<ObjectRow>> FindAsync(StorageRequest request, bool onlyPublic, CancellationToken cancellation) => request.IsAuthenticated && !onlyPublic
        ? reader.FindAsync(request.Session, request.Bucket, request.Name, cancellation)
        : reader.FindPublicAsync(request.Bucket, request.Name);

    private static void WriteInfo(Utf8JsonWriter json, ObjectRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("name", row.Name);
        json.WriteString("version", row.Version);
        json.WriteString("bucket_id", row.BucketId);
        json.WriteNumber("size", row.Metadata.Size);
        json.WriteString("content_type", row.Metadata.MimeType);
        json.WriteString("cache_control", row.Metadata.CacheControl);
        json.WriteString("content_encoding", row.Metadata.ContentEncoding);
        json.WriteString("etag", row.Metadata.ETag);
        json.WritePropertyName("metadata");
        json.WriteRawValue(row.UserMetadata ?? "null");
        json.WriteString("last_modified", ObjectMetadata.Timestamp(row.Metadata.LastModified));
        json.WriteString("created_at", ObjectMetadata.Timestamp(row.CreatedAt));
        json.WriteString("updated_at", ObjectMetadata.Timestamp(row.UpdatedAt));
        json.WriteEndObject();
    }
}
