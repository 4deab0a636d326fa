using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Calls;
using Hedgerow.Storage.S3Protocol.Forms;
using Hedgerow.Storage.S3Protocol.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>A call: it answers, or returns why it does not.</summary>
public delegate Task<ApiError?> S3Handler(S3Request request, CancellationToken cancellation);

/// <summary>
/// Stands between ASP.NET and S3's calls: who sent the request, which call it is, and what went wrong, in S3's words. Paths name buckets
/// (path style); a host of its own for each bucket is not served.
/// </summary>
public sealed class S3Route(S3Authenticator authenticator, S3Calls calls, FormCalls forms, StorageRoute route, ILogger<S3Route> logger)
{
    /// <summary>Below the room's.</summary>
    public const string Path = "/s3";

    public async Task HandleAsync(HttpContext http)
    {
        var id = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture).ToUpperInvariant();
        http.Response.Headers["x-amz-request-id"] = id;
        // Browsers need it to put parts together.
        if (http.Request.Headers.Origin.Count > 0) http.Response.Headers.Append("Access-Control-Expose-Headers", "ETag, x-amz-request-id");
        // The bucket's limit holds; the server's is for other rooms.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        if (await TryAsync(http, id) is not { } error) return;
        var answer = S3Errors.Of(error);
        if (StorageRoute.BeginRefusal(http, answer, answer.Status)) await S3Xml.ReplyErrorAsync(http, answer, id);
    }

    private async Task<ApiError?> TryAsync(HttpContext http, string id)
    {
        try
        {
            return await RunAsync(http);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && e is not BadHttpRequestException)
        {
            Log.S3CallFailed(logger, e, id);
            return new ApiError(500, "InternalError", "We encountered an internal error. Please try again.");
        }
    }

    private async Task<ApiError?> RunAsync(HttpContext http)
    {
        if (!S3Target.TryParse(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var target)) return S3Errors.BadUri;
        var look = new StorageRequest(http, "storage.s3");
        Authenticated? sender = null;
        PostForm? form = null;
        var error = await route.RunAsync(look, async (_, cancellation) =>
        {
            if (PostForm.IsOne(http.Request, target) && !(await PostForm.ReadAsync(http.Request, cancellation)).Ok(out form, out var broken)) return broken;
            var authenticated = form is null
                ? await authenticator.AuthenticateAsync(http.Request, target, cancellation)
                : await authenticator.AuthenticateAsync(form, target, cancellation);
            return authenticated.Ok(out sender, out var refusal) ? null : refusal;
        });
        if (error is not null) return error;
        http.Features.Set(new Identity(sender!.Caller));

        if (target.Bucket.Length > 0 && Names.RefuseBucket(target.Bucket) is { } badBucket) return badBucket;
        if (target.Key.Length > 0 && S3Errors.RefuseKey(target.Key) is { } badKey) return badKey;
        if (!Find(http.Request, target, form).Ok(out var call, out error)) return error;
        return await route.RunAsync(
            new StorageRequest(http, call.Operation), (request, cancellation) => call.Handler(new S3Request(request, target, sender), cancellation));
    }

    private Result<S3Call> Find(HttpRequest request, S3Target target, PostForm? form) => form is null
        ? calls.Find(request, target)
        : new S3Call("storage.s3.upload", (read, cancellation) => forms.PostAsync(read, form, cancellation));
}
