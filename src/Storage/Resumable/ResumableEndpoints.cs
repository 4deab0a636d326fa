using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hedgerow.Storage.Resumable;

/// <summary>
/// Uploads that go on where they stopped: TUS 1.0.0 (https://tus.io/protocols/resumable-upload), with Supabase's metadata keys, headers and signed variant
/// (supabase/storage, src/http/routes/tus). Who began an upload goes on with it; policies are asked when it begins and when it becomes an object.
/// </summary>
public sealed class ResumableEndpoints(
    UploadRows rows, UploadAppender appender, UploadFinisher finisher, UploadEnding ending, ObjectWriter writer, SignedUrls urls, StorageOptions options, PublicAddress address)
{
    /// <summary><c>OPTIONS</c>: what this server can do. The protocol asks for no version, and nobody for a token.</summary>
    public Task<ApiError?> DescribeAsync(StorageRequest request)
    {
        var response = request.Http.Response;
        TusHeaders.Begin(response);
        response.Headers["Tus-Version"] = TusHeaders.Version;
        response.Headers["Tus-Extension"] = TusHeaders.Extensions;
        response.Headers["Tus-Max-Size"] = TusHeaders.Text(options.FileSizeLimit);
        response.Headers["Tus-Checksum-Algorithm"] = BodyChecksum.Algorithms;
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.FromResult<ApiError?>(null);
    }

    /// <summary><c>POST</c>: begins an upload; the first bytes may come with it.</summary>
    public async Task<ApiError?> CreateAsync(StorageRequest request, bool isSigned, CancellationToken cancellation)
    {
        if (request.Header("Upload-Concat") is not null) return TusErrors.NoConcatenation;
        if (!TusHeaders.Length(request, out var length, out var error)) return error;
        var isDeferred = request.Header("Upload-Defer-Length");
        if (length is null ? isDeferred != "1" : isDeferred is not null) return TusErrors.NoLength;
        if (!Checksum(request, out var checksum, out error)) return error;
        if (!UploadMetadata.Read(request.Header("Upload-Metadata"), request.IsUpsert, request.Session.Owner, length).Ok(out var intent, out error)) return error;
        if ((Names.RefuseBucket(intent.Bucket) ?? Names.RefuseObject(intent.Name)) is { } badName) return badName;
        if (length > options.FileSizeLimit) return StorageErrors.TooLarge;

        var (session, by) = (request.Session, new Uploader(request.Session.Caller.Role, intent.Owner));
        if (isSigned)
        {
            if (!Signed(request, intent.Bucket, intent.Name).Ok(out var signed, out error)) return error;
            (session, by) = (request.AsService, new Uploader(null, signed.Owner));
            intent = intent with { Owner = signed.Owner, Replaces = signed.Upsert };
        }
        if (!(await writer.AuthoriseAsync(session, intent, isSigned, cancellation)).Ok(out var permit, out error)) return error;

        var upload = await rows.CreateAsync(
            session, intent, by, request.Header("Upload-Metadata"), permit.MaxBytes, TimeSpan.FromHours(options.ResumableUploadHours), cancellation);
        var response = request.Http.Response;
        response.Headers.Location = $"{address.Of(request.Http.Request)}{request.Http.Request.Path.Value!.TrimEnd('/')}/{upload.Id}";
        var hasBytes = IsBytes(request.Http.Request);
        if (hasBytes || length == 0)
        {
            var body = hasBytes ? Body(request.Http) : Stream.Null;
            if (!(await GoOnAsync(session, upload, body, null, hasBytes ? checksum : null, cancellation)).Ok(out upload, out error)) return error;
        }
        TusHeaders.Begin(response);
        TusHeaders.Tell(response, upload);
        response.StatusCode = StatusCodes.Status201Created;
        return null;
    }

    /// <summary><c>HEAD</c>: where the upload stands. One that has arrived and is no object yet, because a gateway died just then, becomes one now.</summary>
    public async Task<ApiError?> LookAsync(StorageRequest request, bool isSigned, CancellationToken cancellation)
    {
        if (!(await FindAsync(request, isSigned, cancellation)).Ok(out var found, out var error)) return error;
        var upload = found.Upload;
        if (upload is { IsComplete: true, IsFinished: false }
            && !(await GoOnAsync(found.Session, upload, Stream.Null, null, null, cancellation)).Ok(out upload, out error)) return error;
        var response = request.Http.Response;
        TusHeaders.Begin(response);
        TusHeaders.Tell(response, upload);
        response.Headers.CacheControl = "no-store";
        if (upload.Length is { } length) response.Headers["Upload-Length"] = TusHeaders.Text(length);
        else response.Headers["Upload-Defer-Length"] = "1";
        if (upload.Announced is not null) response.Headers["Upload-Metadata"] = upload.Announced;
        return null;
    }

    /// <summary><c>PATCH</c>: more bytes.</summary>
    public async Task<ApiError?> AppendAsync(StorageRequest request, bool isSigned, CancellationToken cancellation)
    {
        if (!IsBytes(request.Http.Request)) return TusErrors.WrongType;
        if (TusHeaders.Number(request, "Upload-Offset") is not { } offset) return TusErrors.InvalidOffset;
        if (!TusHeaders.Length(request, out var length, out var error) || !Checksum(request, out var checksum, out error)) return error;
        if (!(await FindAsync(request, isSigned, cancellation)).Ok(out var found, out error)) return error;
        var upload = found.Upload;
        if (offset != upload.Received) return TusErrors.WrongOffset;
        if (length is not null && (length < upload.Received || length != (upload.Length ?? length))) return TusErrors.OtherLength;
        if (length > upload.MaxBytes) return StorageErrors.TooLarge;
        if (offset + request.Http.Request.ContentLength > (length ?? upload.Limit)) return (length ?? upload.Length) is null ? StorageErrors.TooLarge : TusErrors.TooLong;
        if (!upload.IsFinished && !(await GoOnAsync(found.Session, upload, Body(request.Http), length, checksum, cancellation)).Ok(out upload, out error)) return error;
        TusHeaders.Begin(request.Http.Response);
        TusHeaders.Tell(request.Http.Response, upload);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    /// <summary><c>DELETE</c>: forgets an upload.</summary>
    public async Task<ApiError?> RemoveAsync(StorageRequest request, bool isSigned, CancellationToken cancellation)
    {
        if (!(await FindAsync(request, isSigned, cancellation)).Ok(out var found, out var error)) return error;
        if (found.Upload.IsFinished) return TusErrors.Finished;
        if (await rows.RemoveAsync(found.Session, found.Upload.Id, cancellation) is not { } removed) return TusErrors.Locked;
        await ending.DiscardAsync(removed, CancellationToken.None);
        TusHeaders.Begin(request.Http.Response);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private sealed record Found(ResumableUpload Upload, Session Session);

    private async Task<Result<Found>> FindAsync(StorageRequest request, bool isSigned, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(request.Http.Request.RouteValues["id"]?.ToString(), "D", out var id)) return TusErrors.NotFound;
        if (await rows.FindAsync(request.Session, id, cancellation) is not { } upload) return TusErrors.NotFound;
        var (session, by) = (request.Session, new Uploader(request.Session.Caller.Role, request.Session.Owner));
        if (isSigned)
        {
            if (!Signed(request, upload.Intent.Bucket, upload.Intent.Name).Ok(out var signed, out var error)) return error;
            (session, by) = (request.AsService, new Uploader(null, signed.Owner));
        }
        if (upload.By != by) return TusErrors.NotYours;
        return upload.IsExpired ? TusErrors.Expired : new Found(upload, session);
    }

    private async Task<Result<ResumableUpload>> GoOnAsync(
        Session session, ResumableUpload upload, Stream body, long? length, BodyChecksum? checksum, CancellationToken cancellation)
    {
        if (await rows.TakeAsync(session, upload, length, cancellation) is not { } taken) return TusErrors.Locked;
        if (!(await appender.AppendAsync(session, taken, body, checksum)).Ok(out var appended, out var error)) return error;
        return appended.IsComplete ? await finisher.FinishAsync(session, appended) : appended;
    }

    private Result<SignedUrl> Signed(StorageRequest request, string bucket, string name) =>
        request.Header("x-signature") is { Length: > 0 } token ? urls.Read(token, SignedScope.Upload, bucket, name) : TusErrors.NoSignature;

    private static bool Checksum(StorageRequest request, out BodyChecksum? checksum, out ApiError? error)
    {
        (checksum, error) = (null, null);
        return request.Header("Upload-Checksum") is not { } header || BodyChecksum.Parse(header).Ok(out checksum, out error);
    }

    private static bool IsBytes(HttpRequest request) => string.Equals(request.ContentType, TusHeaders.BodyType, StringComparison.OrdinalIgnoreCase);

    /// <summary>The upload's limit holds, and is watched while it arrives; the server's is for other rooms.</summary>
    private static Stream Body(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        return http.Request.Body;
    }
}
