using System.Text.Json;
using System.Text.RegularExpressions;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Errors;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hedgerow.Gateway.Requests;

/// <summary>
/// Keys that applications give their people (<c>hedgerow.api_key_kinds</c>), sent where a JWT would be: the request then runs as the key's
/// person. For REST alone: a key that leaks must not change a password. Asked of the database each time, so that a revoked key ends at once.
/// </summary>
/// <param name="rest">The pool of the <c>authenticator</c>.</param>
/// <param name="basePath">Where REST is mounted.</param>
public sealed partial class ApiKeyGate(RequestDelegate next, NpgsqlDataSource rest, string basePath)
{
    private static readonly ApiError s_invalid = new(401, "invalid_api_key", "Invalid API key",
        Hint: "It is unknown, revoked or expired; a new one comes from the application's rpc/create_api_key")
    {
        Headers = [new("WWW-Authenticate", "Bearer")],
    };

    private readonly PathString _basePath = basePath == "/" ? PathString.Empty : new(basePath);

    public async Task InvokeAsync(HttpContext context)
    {
        // No API key is a JWT: whatever the gate before could verify is not our business.
        if (context.Features.Get<Identity>() is { Caller.Error: not null }
            && context.Request.Path.StartsWithSegments(_basePath) && Find(context.Request.Headers) is { } key)
            context.Features.Set(new Identity(await IdentifyAsync(key, context.RequestAborted)));
        await next(context);
    }

    private static string? Find(IHeaderDictionary headers)
    {
        // The official client sends its key in both headers.
        var sent = headers.Authorization is [{ } authorization] && BearerToken.Find(authorization, out var token)
            ? token.ToString()
            : headers["apikey"] is [{ } apikey] ? apikey : "";
        return Shape().IsMatch(sent) ? sent : null;
    }

    private async Task<Result<Caller>> IdentifyAsync(string key, CancellationToken cancellation)
    {
        try
        {
            await using var ask = rest.CreateCommand("select hedgerow.user_of_api_key($1)");
            ask.Parameters.Add(new() { Value = key });
            return await ask.ExecuteScalarAsync(cancellation) is Guid user
                ? new Caller("authenticated", JsonSerializer.Serialize(new { role = "authenticated", sub = user, aal = "aal1" }))
                : s_invalid;
        }
        catch (NpgsqlException e) when (!cancellation.IsCancellationRequested)
        {
            return DatabaseErrors.ToApiError(e, authenticated: false);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*_[A-Za-z0-9_-]{24,128}$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
