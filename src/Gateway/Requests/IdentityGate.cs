using Hedgerow.Auth.Tokens;
using Hedgerow.Gateway.Activity;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres;
using Hedgerow.Storage;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Finds out once who asks, for all rooms: <c>Authorization: Bearer</c> wins, else the <c>apikey</c> header (Supabase), else the
/// request is anonymous. Storage takes a token without the scheme too. A refused token is no answer yet; each room gives it in its own words.
/// </summary>
public sealed class IdentityGate(RequestDelegate next, JwtVerifier verifier, ActivityRecorder activity, LiveSettings settings)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isTimed = settings.Current.Rest.ServerTiming;
        var begun = isTimed ? System.Diagnostics.Stopwatch.GetTimestamp() : 0;
        context.Features.Set(Identify(context.Request));
        if (isTimed) context.Features.Set(new IdentityCost(System.Diagnostics.Stopwatch.GetElapsedTime(begun)));
        return next(context);
    }

    private Identity Identify(HttpRequest request)
    {
        if (request.Headers.Authorization is [{ Length: > 0 } authorization])
        {
            if (BearerToken.Find(authorization, out var token)) return Verify(token);
            // Another scheme in front of an apikey is meant for whoever stands in front of the platform.
            if (StorageEndpoints.TakesBareTokens(request.Path) && (!authorization.Contains(' ') || ApiKey(request.Headers) is null)) return Verify(authorization);
        }
        return ApiKey(request.Headers) is { } key ? Verify(key) : verifier.Anonymous;
    }

    private static string? ApiKey(IHeaderDictionary headers) => headers.TryGetValue("apikey", out var values) && values is [{ Length: > 0 } key] ? key : null;

    private Identity Verify(ReadOnlySpan<char> token)
    {
        var identity = verifier.Verify(token, out var verified);
        // The recorder is told at most once a minute per token: the database keeps the minute per session.
        if (verified is { Session: { } session } && identity.Caller.Error is null && verified.TakesTurn(Environment.TickCount64, 60_000))
            activity.Note(new ActivityEvent.SessionSeen(session));
        return identity;
    }
}
