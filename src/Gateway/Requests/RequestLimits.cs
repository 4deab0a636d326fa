using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres;
using Hedgerow.Storage;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Refuses oversized requests with a body that says so. Kestrel's own limits stand above these: what trips them is cut off
/// without a body, so they are only there for floods.
/// </summary>
public sealed class RequestLimits(RequestDelegate next, GatewayOptions gateway, long maxBodyBytes)
{
    public static ApiError BodyTooLarge { get; } = new(413, "payload_too_large", "The request's body is too large",
        Hint: "Send the rows in several requests");

    private static readonly ApiError s_urlTooLong = new(414, "uri_too_long", "The request's URL is too long",
        Hint: "Move long lists of values into the body of a POST to a function (rpc)");

    private static readonly ApiError s_headersTooLarge = new(431, "headers_too_large", "The request's headers are too large",
        Hint: "Send fewer or shorter headers");

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // Files are larger than rows: storage has limits of its own.
        if (request.ContentLength > maxBodyBytes && !request.Path.StartsWithSegments(StorageEndpoints.BasePath, StringComparison.Ordinal)) return RefuseAsync(context, BodyTooLarge);
        if (request.Path.Value!.Length + request.QueryString.Value!.Length > gateway.MaxUrlBytes) return ErrorBody.WriteAsync(context, s_urlTooLong);
        var headerBytes = 0;
        foreach (var (name, values) in request.Headers)
        {
            headerBytes += name.Length;
            foreach (var value in values) headerBytes += value?.Length ?? 0;
        }
        return headerBytes > gateway.MaxHeaderBytes ? ErrorBody.WriteAsync(context, s_headersTooLarge) : next(context);
    }

    private static Task RefuseAsync(HttpContext context, ApiError error)
    {
        // The body is still on its way and will not be read.
        context.Response.Headers.Connection = "close";
        return ErrorBody.WriteAsync(context, error);
    }
}
