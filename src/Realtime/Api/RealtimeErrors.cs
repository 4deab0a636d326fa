using System.Text.Json;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Realtime.Api;

/// <summary>What the room answers over HTTP: Supabase's <c>{"error", "message"}</c> with the house's code.</summary>
internal static class RealtimeErrors
{
    public static ApiError Off { get; } = new(503, "RealtimeDisabledForTenant", "Realtime is off: PostgreSQL does not run with wal_level=logical");

    public static ApiError TooManyConnections { get; } = new(429, "ConnectionRateLimitReached", "Too many connected users", Hint: "Try again in a while");

    public static ApiError NoKey { get; } = new(401, "MissingAPIKey", "No API key was provided", Hint: "Give it as the query parameter apikey");

    public static ApiError Unprocessable(string problem) => new(422, "UnprocessableEntity", problem);

    public static async Task WriteAsync(HttpContext http, ApiError error)
    {
        http.Response.StatusCode = error.Status;
        foreach (var (name, value) in error.Headers) http.Response.Headers[name] = value;
        await http.Response.WriteAsJsonAsync(
            new Dictionary<string, string?> { ["code"] = error.Code, ["error"] = error.Message, ["message"] = error.Message, ["hint"] = error.Hint },
            (JsonSerializerOptions?)null, http.RequestAborted);
    }
}
