using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Storage.Api;

/// <summary>Answers with an object: its headers, and its bytes, or the part of them that is asked for, or that nothing has changed.</summary>
public sealed class ObjectResponse(ObjectReader reader, ILogger<ObjectResponse> logger)
{
    /// <summary>A Content-Security-Policy under which nothing runs.</summary>
    internal const string Sandbox = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

    /// <param name="row">The object.</param>
    /// <param name="again">Looks it up once more: an upload may have replaced the bytes between the look and the opening.</param>
    /// <param name="download">The name to save it under; null: it is to be shown.</param>
    /// <param name="expires">When the URL ends; null: the object's own cache control holds.</param>
    public Task<ApiError?> WriteAsync(
        HttpContext http, ObjectRow row, Func<Task<Result<ObjectRow>>> again, string? download, DateTimeOffset? expires, CancellationToken cancellation) =>
        WriteAsync(http, row, again, (response, found) => SetHeaders(response, found.Metadata, download, expires), cancellation);

    /// <inheritdoc cref="WriteAsync(HttpContext, ObjectRow, Func{Task{Result{ObjectRow}}}, string?, DateTimeOffset?, CancellationToken)"/>
    /// <param name="setHeaders">Gives the answer the object's headers.</param>
    public async Task<ApiError?> WriteAsync(
        HttpContext http, ObjectRow row, Func<Task<Result<ObjectRow>>> again, Action<HttpResponse, ObjectRow> setHeaders, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (Preconditions.Fail(http.Request, row.Metadata)) return StorageErrors.PreconditionFailed;
            if (Preconditions.IsUnchanged(http.Request, row.Metadata))
            {
                setHeaders(http.Response, row);
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return null;
            }
            var asked = RangeFor(http.Request, row.Metadata);
            if (asked is RangeAsked.OutOfBounds)
                return StorageErrors.InvalidRange with { Headers = [new("Content-Range", $"bytes */{row.Metadata.Size}"), new("Accept-Ranges", "bytes")] };
            var range = (asked as RangeAsked.Part)?.Range;
            if (HttpMethods.IsHead(http.Request.Method))
            {
                setHeaders(http.Response, row);
                http.Response.ContentLength = row.Metadata.Size;
                return null;
            }
            await using var content = await reader.OpenAsync(row, range, cancellation);
            if (content is null)
            {
                if (!(await again()).Ok(out var newer, out var gone)) return gone;
                if (attempt == 0 && newer.Version != row.Version)
                {
                    row = newer;
                    continue;
                }
                Log.BytesMissing(logger, row.Id);
                http.Response.Headers.CacheControl = "no-store";
                return StorageErrors.NoBytes;
            }
            setHeaders(http.Response, row);
            http.Response.ContentLength = content.Length;
            if (range is { } part)
            {
                http.Response.StatusCode = StatusCodes.Status206PartialContent;
                http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {part.First}-{part.Last}/{row.Metadata.Size}");
            }
            await content.CopyToAsync(http.Response.BodyWriter, cancellation);
            return null;
        }
    }

    /// <summary>The headers that an object has in every answer.</summary>
    public static void SetHeaders(HttpResponse response, ObjectMetadata metadata, string? download, DateTimeOffset? expires)
    {
        var headers = response.Headers;
        headers.AcceptRanges = "bytes";
        headers.ContentType = Shown(metadata.MimeType);
        headers.ETag = metadata.ETag;
        headers.LastModified = metadata.LastModified.ToString("R", CultureInfo.InvariantCulture);
        headers["X-Robots-Tag"] = metadata.RobotsTag is { } tag ? Printable(tag) : "none";
        // What is stored was written by users and lies on the platform's own address: a browser must not run it there.
        headers.XContentTypeOptions = "nosniff";
        if (IsScriptable(metadata.MimeType)) headers.ContentSecurityPolicy = Sandbox;
        if (metadata.ContentEncoding is { } encoding) headers.ContentEncoding = Printable(encoding);
        if (expires is { } end) headers.Expires = end.ToString("R", CultureInfo.InvariantCulture);
        else headers.CacheControl = Printable(metadata.CacheControl);
        if (download is not null) headers.ContentDisposition = Disposition.Attachment(download);
    }

    /// <summary>With an <c>If-Range</c> that no longer holds, everything is sent (RFC 9110, 13.1.5).</summary>
    private static RangeAsked RangeFor(HttpRequest request, ObjectMetadata metadata)
    {
        if (!HttpMethods.IsGet(request.Method) || request.Headers.Range.Count == 0) return new RangeAsked.Everything();
        if (request.Headers.IfRange is [{ Length: > 0 } condition] && condition != metadata.ETag && condition != metadata.LastModified.ToString("R", CultureInfo.InvariantCulture))
            return new RangeAsked.Everything();
        return RangeAsked.Parse(request.Headers.Range.ToString(), metadata.Size);
    }

    // Hypertext is shown as text, as Supabase does.
    private static string Shown(string type) => type.Contains("text/html", StringComparison.OrdinalIgnoreCase) ? "text/plain" : Printable(type);

    internal static bool IsScriptable(string type) => type.Contains("xml", StringComparison.OrdinalIgnoreCase) || type.Contains("svg", StringComparison.OrdinalIgnoreCase);

    // A row can be written by SQL too; what is no header value must not break the answer.
    internal static string Printable(string value) => value.All(c => c is >= ' ' and <= '~') ? value : new string([.. value.Select(c => c is >= ' ' and <= '~' ? c : '_')]);
}
