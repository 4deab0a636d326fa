using System.Security.Cryptography;
using System.Text;
using Hedgerow.ImageWorker;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Images;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.Api;

/// <summary>Images in the size, cut and format that is asked for. Who may see them is decided as for downloads, and before anything else.</summary>
public sealed class RenderEndpoints(ObjectReader reader, ImageRenderer renderer, SignedUrls urls, StorageOptions options)
{
    /// <summary><c>GET /render/image/public/{bucket}/{name}</c>.</summary>
    public Task<ApiError?> GetPublicAsync(StorageRequest request, CancellationToken cancellation) =>
        AskedAsync(request, () => reader.FindPublicAsync(request.Bucket, request.Name), cancellation);

    /// <summary><c>GET /render/image/authenticated/{bucket}/{name}</c>.</summary>
    public Task<ApiError?> GetAuthenticatedAsync(StorageRequest request, CancellationToken cancellation) =>
        AskedAsync(request, () => reader.FindAsync(request.Session, request.Bucket, request.Name, cancellation), cancellation);

    /// <summary><c>GET /render/image/sign/{bucket}/{name}?token=…</c>: as the token says, whatever the query string does.</summary>
    public async Task<ApiError?> GetSignedAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (request.Query("token") is not { } token) return StorageErrors.NoToken;
        if (!urls.Read(token, SignedScope.Download, request.Bucket, request.Name).Ok(out var signed, out var error)) return error;
        if (!Transformation.Of(signed.Transformations ?? "").Ok(out var transformation, out error)) return error;
        return await RenderAsync(
            request, transformation, () => reader.FindSignedAsync(request.Session, request.Bucket, request.Name, cancellation), signed.ExpiresAt, cancellation);
    }

    private async Task<ApiError?> AskedAsync(StorageRequest request, Func<Task<Result<ObjectRow>>> find, CancellationToken cancellation) =>
        Transformation.Of(request.Http.Request.Query).Ok(out var transformation, out var error)
            ? await RenderAsync(request, transformation, find, expires: null, cancellation)
            : error;

    private async Task<ApiError?> RenderAsync(
        StorageRequest request, Transformation transformation, Func<Task<Result<ObjectRow>>> find, DateTimeOffset? expires, CancellationToken cancellation)
    {
        if (request.Query("versionId") is not null) return StorageErrors.NoVersions;
        if (!(await find()).Ok(out var row, out var error)) return error;
        if (!options.Images.Enabled) return StorageErrors.ImagesOff;
        var http = request.Http;
        var format = transformation.FormatFor(http.Request.Headers.Accept.ToString());
        if (Preconditions.IsUnchanged(http.Request, Shown(row, transformation, format)))
        {
            SetHeaders(http.Response, Shown(row, transformation, format), transformation, request.Query("download"), expires);
            http.Response.ContentType = null;
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }
        if (row.Metadata.Size > options.Images.MaxSourceBytes) return StorageErrors.ImageTooLarge(options.Images.MaxSourceBytes);
        using var place = renderer.Enter();
        if (place is null) return StorageErrors.TooManyImages;
        if (!(await renderer.RenderAsync(transformation, format, OpenAsync, cancellation)).Ok(out var image, out error)) return error;
        var shown = Shown(row, transformation, format) with { MimeType = image.MimeType };
        SetHeaders(http.Response, shown, transformation, request.Query("download"), expires);
        http.Response.ContentLength = image.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(image.Bytes, cancellation);
        return null;

        // An upload may have replaced the bytes since the row was read: then the new ones are rendered.
        async Task<Result<StoredContent>> OpenAsync()
        {
            if (await reader.OpenAsync(row, null, cancellation) is { } content) return content;
            if (!(await find()).Ok(out var newer, out var gone)) return gone;
            row = newer;
            return await reader.OpenAsync(row, null, cancellation) is { } current ? current : StorageErrors.NoBytes;
        }
    }

    /// <summary>The rendered image's own tag: another size or format is another representation, and must not pass for this one.</summary>
    private static ObjectMetadata Shown(ObjectRow row, Transformation transformation, ImageFormat format)
    {
        var rendition = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{transformation with { Format = format }}")).AsSpan(0, 8));
        return row.Metadata with { ETag = $"\"{row.Metadata.ETag.Trim('"')}-{rendition}\"", ContentEncoding = null };
    }

    private static void SetHeaders(HttpResponse response, ObjectMetadata shown, Transformation transformation, string? download, DateTimeOffset? expires)
    {
        ObjectResponse.SetHeaders(response, shown, download, expires);
        response.Headers.AcceptRanges = "none";
        if (transformation.IsNegotiated) response.Headers.Vary = "Accept";
        if (!transformation.IsEmpty) response.Headers["X-Transformations"] = transformation.ToString();
    }
}
