using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Bench.Realtime;

/// <summary>A client of the Phoenix protocol (2.0.0) that takes little of the machine that it measures: it looks at no more of a frame than its event.</summary>
internal sealed class PhoenixClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[16 * 1024];

    public static async Task<PhoenixClient> ConnectAsync(string address, string key, CancellationToken cancellation)
    {
        var client = new PhoenixClient();
        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await client._socket.ConnectAsync(new Uri($"{address.Replace("http", "ws", StringComparison.Ordinal)}/realtime/v1/websocket?apikey={key}&vsn=2.0.0"), cancellation);
        return client;
    }

    /// <summary>Joins a channel; returns once everything it asks for is there.</summary>
    /// <param name="config">JSON.</param>
    /// <param name="changes">Row changes are among it.</param>
    public async Task JoinAsync(string topic, string token, string config, bool changes, CancellationToken cancellation)
    {
        await SendAsync($$"""["1","1","realtime:{{topic}}","phx_join",{"config":{{config}},"access_token":"{{token}}"}]""", cancellation);
        while (true)
        {
            var frame = await ReceiveAsync(cancellation);
            var text = Encoding.UTF8.GetString(frame.Span);
            if (text.Contains("\"status\":\"error\"", StringComparison.Ordinal)) throw new InvalidOperationException($"The join was refused: {text}");
            var done = EventOf(frame.Span).SequenceEqual(changes ? "system"u8 : "phx_reply"u8);
            if (done) return;
        }
    }

    public Task SendAsync(string frame, CancellationToken cancellation) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    /// <summary>The next frame, which is good until the next call.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (received.MessageType == WebSocketMessageType.Close) throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            length += received.Count;
            if (received.EndOfMessage) return _buffer.AsMemory(0, length);
        }
    }

    /// <summary>The fourth of the frame's five members; of a binary frame, which is a broadcast, nothing.</summary>
    public static ReadOnlySpan<byte> EventOf(ReadOnlySpan<byte> frame)
    {
        if (frame is not [(byte)'[', ..]) return default;
        var json = new Utf8JsonReader(frame);
        json.Read();
        for (var i = 0; i < 4; i++) json.Read();
        return json.HasValueSequence ? json.ValueSequence.ToArray() : json.ValueSpan;
    }

    /// <summary>The number behind <c>"name":</c>, wherever it stands.</summary>
    public static long? Number(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> name)
    {
        var at = frame.IndexOf(name);
        if (at < 0) return null;
        return System.Buffers.Text.Utf8Parser.TryParse(frame[(at + name.Length)..], out long number, out _) ? number : null;
    }

    public void Dispose() => _socket.Dispose();
}
