using System.Net;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Activity;

/// <summary>Decides which requests go into <c>public.api_logs</c> (IC-19), and takes from them what may.</summary>
public sealed class ApiLog(ActivityRecorder recorder, ApiLogOptions options)
{
    /// <summary>Notes the request if it is one of the sample.</summary>
    /// <param name="path">Without its query string.</param>
    public void Note(HttpContext context, string path, TimeSpan took)
    {
        if (!options.Enabled || (options.SampleRate < 1 && Random.Shared.NextDouble() >= options.SampleRate)) return;
        var address = context.Connection.RemoteIpAddress;
        recorder.Note(new ActivityEvent.RequestServed(
            context.Features.Get<Identity>() is { } identity && identity.Caller.Ok(out var caller, out _) ? caller.Claims : null,
            path,
            context.Request.Method,
            context.Response.StatusCode,
            (int)took.TotalMilliseconds,
            address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address,
            context.Request.Headers.UserAgent.ToString(),
            DateTimeOffset.UtcNow));
    }
}
