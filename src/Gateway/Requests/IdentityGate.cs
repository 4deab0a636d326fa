using Hedgerow.Auth.Tokens;
using Hedgerow.Gateway.Activity;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Finds out once who asks, for all rooms: <c>Authorization: Bearer</c> wins, else the <c>apikey</c> header (Supabase), else the
/// request is anonymous. A refused token is no answer yet; each room gives it in its own words.
/// </summary>
public sealed class IdentityGate(RequestDelegate next, JwtVerifier verifier, ActivityRecorder activity, string anonymousRole)
{
    private readonly Identity _anonymous = new(anonymousRole.Length == 0
        ? JwtErrors.AnonymousDisabled
        : new Caller(anonymousRole, $$"""{"role":{{System.Text.Json.JsonSerializer.Serialize(anonymousRole)}}}"""));

    public Task InvokeAsync(HttpContext context)
    {
        context.Features.Set(Identify(context.Request.Headers));
        return next(context);
    }

    private Identity Identify(IHeaderDictionary headers)
    {
        if (headers.Authorization is [{ } authorization] && BearerToken.Find(authorization, out var token)) return Verify(token);
        return headers.TryGetValue("apikey", out var values) && values is [{ Length: > 0 } key] ? Verify(key) : _anonymous;
    }

    private Identity Verify(ReadOnlySpan<char> token)
    {
        var identity = verifier.Verify(token, out var verified);
        // The recorder is told at most once a minute per token: the database keeps the minute per session.
        if (verified is { Session: { } session } && identity.Caller.Error is null && verified.TakesTurn(Environment.TickCount64, 60_000))
            activity.Note(new ActivityEvent.SessionSeen(session));
        return identity;
    }
}
