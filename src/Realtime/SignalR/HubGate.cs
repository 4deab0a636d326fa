using Hedgerow.Postgres;
using Hedgerow.Realtime.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Realtime.SignalR;

/// <summary>Asks for a good token before the hub's endpoints answer: what is refused here is refused with a status, not with a broken connection.</summary>
internal static class HubGate
{
    public static void RequireToken(this IEndpointConventionBuilder hub, RealtimeRoom room, RealtimeEngine engine) => hub.Add(endpoint =>
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => Refusal(http, room, engine) is { } refusal ? RealtimeErrors.WriteAsync(http, refusal) : next(http);
    });

    /// <summary>As SignalR's clients send it: a bearer where they can, else the query parameter <c>access_token</c>; Supabase's <c>apikey</c> does too.</summary>
    public static string TokenOf(HttpContext http)
    {
        const string Bearer = "Bearer ";
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return authorization[Bearer.Length..].Trim();
        return (string?)http.Request.Query["access_token"] ?? (string?)http.Request.Headers["apikey"] ?? (string?)http.Request.Query["apikey"] ?? "";
    }

    private static ApiError? Refusal(HttpContext http, RealtimeRoom room, RealtimeEngine engine) =>
        !engine.Available || room.Stopping.IsCancellationRequested ? RealtimeErrors.Off
        : room.Connections.Full ? RealtimeErrors.TooManyConnections
        : TokenOf(http) is not { Length: > 0 } token ? RealtimeErrors.NoKey
        : room.Verify(token).Caller.Error;
}
