using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>Answers with an <see cref="ApiError"/> where no room has taken the request: PostgREST's four members.</summary>
public static class ErrorBody
{
    // Relaxed: the body is never HTML, and people read it.
    private static readonly BodyJson s_json = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes status, headers and body. The response must not have started.</summary>
    public static async Task WriteAsync(HttpContext context, ApiError error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json; charset=utf-8";
        foreach (var (name, value) in error.Headers) response.Headers[name] = value;
        var body = JsonSerializer.SerializeToUtf8Bytes(new Body(error.Code, error.Details, error.Hint, error.Message), s_json.Body);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    internal sealed record Body(string Code, string? Details, string? Hint, string Message);
}

[JsonSerializable(typeof(ErrorBody.Body))]
internal sealed partial class BodyJson : JsonSerializerContext;
