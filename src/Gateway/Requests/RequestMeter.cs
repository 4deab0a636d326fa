using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hedgerow.Gateway.Activity;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Gateway.Requests;

/// <summary>Measures every request (OpenTelemetry's <c>http.server.request.duration</c>) and writes the request log.</summary>
public sealed class RequestMeter(RequestDelegate next, GatewayOptions options, ApiLog apiLog, ILogger<RequestMeter> logger)
{
    private const int LoggedPathLength = 256;

    private static readonly Meter s_meter = new("Hedgerow.Gateway");
    private static readonly Histogram<double> s_duration =
        s_meter.CreateHistogram<double>("http.server.request.duration", "s", "Duration of HTTP server requests");

    // Boxed once: the tags of a measurement are objects.
    private static readonly object[] s_statuses = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            var status = context.Response.StatusCode;
            s_duration.Record(elapsed.TotalSeconds,
                new("http.request.method", KnownMethod(context.Request.Method)),
                new("http.route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none"),
                new("http.response.status_code", status < s_statuses.Length ? s_statuses[status] : status));
            if (options.RequestLog >= Lowest(status)) Write(context, status, elapsed.TotalMilliseconds);
            if (options.ApiLogs.Enabled) apiLog.Note(context, LoggedPath(context), elapsed);
        }
    }

    private void Write(HttpContext context, int status, double milliseconds)
    {
        var (method, path) = (context.Request.Method, LoggedPath(context));
        if (context.Features.Get<ExecutedSql>() is { } sql) Log.Executed(logger, LevelOf(status), sql.Text.ReplaceLineEndings(" "));
        if (status >= 500) Log.Failed(logger, method, path, status, milliseconds);
        else if (status >= 400) Log.Refused(logger, method, path, status, milliseconds);
        else Log.Served(logger, method, path, status, milliseconds);
    }

    /// <summary>
    /// The path as it came over the wire: decoded it could hold line breaks. The query string stays out, since it may carry tokens.
    /// </summary>
    private static string LoggedPath(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        if (end < 0) end = target.Length;
        return target[..Math.Min(end, LoggedPathLength)];
    }

    private static LogLevel LevelOf(int status) => status >= 500 ? LogLevel.Error : status >= 400 ? LogLevel.Warning : LogLevel.Information;

    private static RequestLog Lowest(int status) =>
        status >= 500 ? RequestLog.Errors : status >= 400 ? RequestLog.Failures : RequestLog.All;

    /// <summary>Invented methods share one label: a client must not be able to grow the metrics.</summary>
    private static string KnownMethod(string method) => method switch
    {
        "GET" or "POST" or "PATCH" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" => method,
        _ => "_OTHER",
    };
}
