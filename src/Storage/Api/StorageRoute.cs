using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.S3Protocol.Payload;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Storage.Api;

/// <summary>A handler: it answers, or returns why it does not.</summary>
public delegate Task<ApiError?> StorageHandler(StorageRequest request, CancellationToken cancellation);

/// <summary>Stands between ASP.NET and the handlers: what went wrong becomes Supabase's body.</summary>
public sealed class StorageRoute(ILogger<StorageRoute> logger)
{
    private static readonly JsonWriterOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="operation">The name of what it does, for <c>storage.operation()</c>.</param>
    /// <param name="needsToken">Requests without a good token are refused before the handler sees them.</param>
    /// <param name="refuse">How a refusal is written; null: as Supabase's body.</param>
    public RequestDelegate Of(string operation, StorageHandler handler, bool needsToken = true, Func<HttpContext, ApiError, Task>? refuse = null) => async http =>
    {
        var request = new StorageRequest(http, operation);
        var error = needsToken ? request.TokenRefusal() : null;
        error ??= await RunAsync(request, handler);
        if (error is not null) await (refuse ?? WriteAsync)(http, error);
    };

    /// <summary>200 with JSON.</summary>
    public static async Task ReplyAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, s_relaxed)) write(json);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }

    /// <summary>200 with <c>{"message": …}</c>.</summary>
    public static Task ReplyAsync(HttpContext http, string message) => ReplyAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("message", message);
        json.WriteEndObject();
    });

    /// <summary>Supabase answers every mistake of a caller's with 400; what it was stands in the body.</summary>
    public static async Task WriteAsync(HttpContext http, ApiError error)
    {
        if (BeginRefusal(http, error, error.Status switch { >= 500 or 412 or 416 or 429 => error.Status, _ => 400 })) await ReplyErrorAsync(http, error);
    }

    /// <summary>Everything of a refusal but its body.</summary>
    /// <returns>False: an answer was under way already, and the connection is broken off.</returns>
    public static bool BeginRefusal(HttpContext http, ApiError error, int status)
    {
        var response = http.Response;
        if (response.HasStarted)
        {
            // Half an answer is out: only a broken connection tells the client that the rest is missing.
            http.Abort();
            return false;
        }
        response.StatusCode = status;
        foreach (var (name, value) in error.Headers) response.Headers[name] = value;
        // A body that is still on its way will not be read, and what is left of it must not be taken for the next request.
        if (IsBodyLeft(http.Request)) response.Headers.Connection = "close";
        return true;
    }

    /// <summary>404 for paths that lead nowhere: in HTTP as well, which is how clients tell it from a missing object.</summary>
    public static async Task NotFoundAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        await ReplyErrorAsync(http, new ApiError(404, "NotFound", $"Route {http.Request.Method}:{http.Request.Path} not found"));
    }

    /// <summary>Runs a handler; what it throws that is no bug becomes a refusal.</summary>
    public async Task<ApiError?> RunAsync(StorageRequest request, StorageHandler handler)
    {
        try
        {
            return await handler(request, request.Http.RequestAborted);
        }
        catch (PostgresException e) when (StorageErrors.Of(e) is { } refusal)
        {
            return refusal;
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            Log.DatabaseFailed(logger, e);
            return StorageErrors.DatabaseDown;
        }
        catch (BackendException e)
        {
            Log.BackendFailed(logger, e, e.Fault.ToString());
            return StorageErrors.Of(e);
        }
        catch (PayloadRefusedException e)
        {
            return e.Error;
        }
        catch (BrokenFormException)
        {
            return StorageErrors.NoContent;
        }
        catch (BodyTooLargeException)
        {
            return StorageErrors.TooLarge;
        }
    }

    private static Task ReplyErrorAsync(HttpContext http, ApiError error) => ReplyAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("statusCode", error.Status.ToString(CultureInfo.InvariantCulture));
        json.WriteString("error", StorageErrors.LegacyName(error));
        json.WriteString("message", error.Message);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
    });

    private static bool IsBodyLeft(HttpRequest request) =>
        (request.ContentLength > StorageRequest.MaxJsonBytes || request.Headers.TransferEncoding.Count > 0)
        && (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) || HttpMethods.IsPatch(request.Method));
}
