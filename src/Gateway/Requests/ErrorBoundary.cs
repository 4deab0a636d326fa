using System.Globalization;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Turns what was thrown into a response. What Kestrel refuses keeps its 4xx; everything else is a bug: 500 with an id that
/// stands in the log beside the exception, whose text never leaves the house.
/// </summary>
public sealed class ErrorBoundary(RequestDelegate next, ILogger<ErrorBoundary> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read an answer; the status (nginx's, for the metrics) says so.
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(context, e, Refusal(e));
        }
        catch (Exception e)
        {
            var id = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
            Log.Unexpected(logger, e, id);
            await AnswerAsync(context, e, new ApiError(500, "internal_error", "An unexpected error occurred",
                Hint: $"The log has more under the error id {id}"));
        }
    }

    private static async Task AnswerAsync(HttpContext context, Exception cause, ApiError error)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer is out: only a broken connection tells the client that the rest is missing.
            context.Abort();
            return;
        }
        foreach (var name in context.Response.Headers.Keys.Where(name => !CorsPolicy.Owns(name)).ToList())
            context.Response.Headers.Remove(name);
        if (cause is BadHttpRequestException) context.Response.Headers.Connection = "close";
        await ErrorBody.WriteAsync(context, error);
    }

    private static ApiError Refusal(BadHttpRequestException e) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => RequestLimits.BodyTooLarge,
        StatusCodes.Status408RequestTimeout => new ApiError(408, "request_timeout", "The request's body did not arrive in time", Hint: "Send it again"),
        _ => new ApiError(400, "bad_request", "The request cannot be read", e.Message),
    };
}
