using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.Resumable;

/// <summary>The protocol's headers (TUS 1.0.0).</summary>
internal static class TusHeaders
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,creation-defer-length,termination,checksum,expiration";
    public const string BodyType = "application/offset+octet-stream";

    private const string Exposed =
        "Location, Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Expires, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Tus-Complete";

    /// <summary>What every answer carries; browsers may read all of it.</summary>
    public static void Begin(HttpResponse response)
    {
        response.Headers["Tus-Resumable"] = Version;
        response.Headers.Append("Access-Control-Expose-Headers", Exposed);
    }

    /// <summary>How an upload stands.</summary>
    public static void Tell(HttpResponse response, ResumableUpload upload)
    {
        response.Headers["Upload-Offset"] = Text(upload.Received);
        if (upload.IsFinished) response.Headers["Tus-Complete"] = "1";
        else response.Headers["Upload-Expires"] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole number that is not negative; null: there is none, or something else.</summary>
    public static long? Number(StorageRequest request, string header) =>
        long.TryParse(request.Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Bytes in the whole, where the request says so: false with the error where what it says is no number.</summary>
    public static bool Length(StorageRequest request, out long? length, out ApiError? error)
    {
        length = Number(request, "Upload-Length");
        error = length is null && request.Header("Upload-Length") is not null ? TusErrors.InvalidLength : null;
        return error is null;
    }

    /// <summary>A refusal: the protocol's status, and its reason in plain text.</summary>
    public static async Task RefuseAsync(HttpContext http, ApiError error)
    {
        var response = http.Response;
        if (!StorageRoute.BeginRefusal(http, error, error.Status)) return;
        Begin(response);
        if (HttpMethods.IsHead(http.Request.Method)) return;
        response.ContentType = "text/plain; charset=utf-8";
        await response.WriteAsync(error.Message + "\n", http.RequestAborted);
    }
}
