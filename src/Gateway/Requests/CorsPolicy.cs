using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Cross-origin requests as PostgREST answers them (PostgREST, CORS), with the headers exposed that Supabase's clients read.
/// A preflight is answered here; no room sees it.
/// </summary>
public sealed class CorsPolicy(RequestDelegate next, LiveSettings settings)
{
    private static readonly StringValues s_methods = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD";
    private static readonly StringValues s_anyOrigin = "*";
    private static readonly StringValues s_day = "86400";

    /// <summary>PostgREST's in one line, word for word, and in another those beside them.</summary>
    private static readonly StringValues s_exposed = new(
    [
        "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit",
        "Preference-Applied, Link, X-Total-Count, X-Supabase-Api-Version, Server-Timing, Retry-After",
    ]);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin;
        var isOptions = HttpMethods.IsOptions(request.Method);
        if (origin.Count == 0 && !isOptions) return next(context);

        var response = context.Response.Headers;
        var origins = settings.Origins;
        if (origins.Count == 0)
        {
            response.AccessControlAllowOrigin = s_anyOrigin;
        }
        else
        {
            response.Append("Vary", "Origin");
            if (origin is not [{ } named] || !origins.Contains(named)) return isOptions && IsPreflight(request) ? RefusePreflight(context) : next(context);
            response.AccessControlAllowOrigin = origin;
            response.AccessControlAllowCredentials = "true";
        }

        if (isOptions && IsPreflight(request))
        {
            response.AccessControlAllowMethods = s_methods;
            if (request.Headers.AccessControlRequestHeaders is { Count: > 0 } requested) response.AccessControlAllowHeaders = AllowedHeaders(requested);
            response.AccessControlMaxAge = s_day;
            context.Response.StatusCode = StatusCodes.Status200OK;
            return Task.CompletedTask;
        }
        response.AccessControlExposeHeaders = s_exposed;
        return next(context);
    }

    /// <summary>Whether the header is one that an error must keep, so that a browser may read it.</summary>
    internal static bool Owns(string header) =>
        header.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase) || header.Equals("Vary", StringComparison.OrdinalIgnoreCase);

    private static bool IsPreflight(HttpRequest request) => request.Headers.AccessControlRequestMethod.Count > 0;

    private static Task RefusePreflight(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    /// <summary>What was asked for is allowed, between the headers that always are.</summary>
    private static string AllowedHeaders(StringValues requested)
    {
        var asked = string.Join(", ", requested.ToString().Split(',', StringSplitOptions.TrimEntries).Where(HttpHeader.IsName));
        return asked.Length == 0
            ? "Authorization, Accept, Accept-Language, Content-Language"
            : $"Authorization, {asked}, Accept, Accept-Language, Content-Language";
    }
}
