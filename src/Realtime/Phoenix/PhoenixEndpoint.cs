using System.Net.WebSockets;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Api;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Realtime.Phoenix;

/// <summary><c>/realtime/v1/websocket?apikey=…&amp;vsn=2.0.0</c>: a connection needs a good key; what it may do is each channel's own matter.</summary>
public sealed class PhoenixEndpoint(RealtimeRoom room, RealtimeEngine engine)
{
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(30);

    public async Task HandleAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await RealtimeErrors.WriteAsync(http, new ApiError(426, "upgrade_required", "This address is for WebSockets") { Headers = [new("Upgrade", "websocket")] });
            return;
        }
        var key = (string?)http.Request.Query["apikey"] ?? (string?)http.Request.Headers["x-api-key"] ?? (string?)http.Request.Headers["apikey"] ?? "";
        if (Refusal(key) is { } refusal)
        {
            await RealtimeErrors.WriteAsync(http, refusal);
            return;
        }
        if (!room.Connections.TryEnter())
        {
            await RealtimeErrors.WriteAsync(http, RealtimeErrors.TooManyConnections);
            return;
        }
        try
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = s_keepAlive });
            var version = ((string?)http.Request.Query["vsn"] ?? "1.0.0").StartsWith("2.", StringComparison.Ordinal) ? PhoenixVersion.V2 : PhoenixVersion.V1;
            await new PhoenixSocket(socket, version, key, room, http.RequestAborted).RunAsync();
        }
        catch (WebSocketException)
        {
            // The client broke off while the connection was made.
        }
        finally
        {
            room.Connections.Leave();
        }
    }

    private ApiError? Refusal(string key) =>
        !engine.Available || room.Stopping.IsCancellationRequested ? RealtimeErrors.Off
        : key.Length == 0 ? RealtimeErrors.NoKey
        : room.Verify(key).Caller.Error;
}
