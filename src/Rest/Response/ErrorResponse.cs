using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hedgerow.Rest.Response;

/// <summary>Writes an <see cref="ApiError"/> as PostgREST does: <c>{code, message, details, hint}</c> and <c>Proxy-Status</c>.</summary>
internal static class ErrorResponse
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole answer.</summary>
    public static Task WriteAsync(HttpContext context, ApiError error, RestOptions options)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        if (error.Reason is { } reason) response.HttpContext.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = HeaderText.Of(reason);
        response.Headers.ContentType = "application/json; charset=utf-8";
        response.Headers["Proxy-Status"] = $"PostgREST; error={HeaderText.Of(error.Code)}";
        // A raised one stands in place of ours; what decides over caches adds up.
        foreach (var (name, value) in error.Headers)
        {
            if (name.Equals("Vary", StringComparison.OrdinalIgnoreCase)) response.Headers.Append(name, HeaderText.Of(value));
            else response.Headers[name] = HeaderText.Of(value);
        }
        return WriteBodyAsync(context, error, options);
    }

    /// <summary>The body alone, where the head is decided already.</summary>
    public static async Task WriteBodyAsync(HttpContext context, ApiError error, RestOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("code", error.Code);
            if (options.ErrorVerbosity != "minimal")
            {
                if (error.DetailsJson is { } details)
                {
                    json.WritePropertyName("details");
                    json.WriteRawValue(details);
                }
                else
                {
                    json.WriteString("details", error.Details);
                }
                json.WriteString("hint", error.Hint);
            }
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }
        if (HttpStatus.HasNoContent(context.Response.StatusCode)) return;
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
