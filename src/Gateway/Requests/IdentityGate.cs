using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Finds out once who asks, for all rooms: <c>Authorization: Bearer</c> wins, else the <c>apikey</c> header (Supabase), else the
/// request is anonymous. A refused token is no answer yet; each room gives it in its own words.
/// </summary>
public sealed class IdentityGate(RequestDelegate next, JwtVerifier verifier, string anonymousRole)
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
        if (headers.Authorization is [{ } authorization] && BearerToken.Find(authorization, out var token)) return verifier.Verify(token);
        return headers.TryGetValue("apikey", out var values) && values is [{ Length: > 0 } key] ? verifier.Verify(key) : _anonymous;
    }
}
