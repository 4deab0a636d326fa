using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>What a client of Supabase's protocol sends and gets, message by message.</summary>
public sealed class PhoenixClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<PhoenixEvent> _events = Channel.CreateUnbounded<PhoenixEvent>();
    private readonly ManualResetEventSlim _gate = new(true);
    private readonly bool _v1;
    private Task _receiving = Task.CompletedTask;
    private int _lastRef;

    private PhoenixClient(bool v1) => _v1 = v1;

    /// <param name="Ref">Of the message that is answered.</param>
    public sealed record PhoenixEvent(string? JoinRef, string? Ref, string Topic, string Event, JsonNode Payload);

    public WebSocketCloseStatus? Closed => _socket.CloseStatus;

    public static Task<PhoenixClient> ConnectAsync(TestPlatform platform, string? key = null, bool v1 = false) => ConnectAsync(platform.Url, key ?? platform.AnonKey, v1);

    public static async Task<PhoenixClient> ConnectAsync(Uri platform, string key, bool v1 = false)
    {
        var client = new PhoenixClient(v1);
        var url = new UriBuilder(new Uri(platform, "/realtime/v1/websocket")) { Scheme = "ws", Query = $"apikey={key}&vsn={(v1 ? "1.0.0" : "2.0.0")}" }.Uri;
        using var patience = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(url, patience.Token);
        client._receiving = client.ReceiveAsync();
        return client;
    }

    /// <summary>Joins with row changes; returns once the subscription is acknowledged.</summary>
    public async Task<JsonNode> SubscribeAsync(string topic, string token, object changes, string? since = null)
    {
        var reply = await JoinAsync(topic, new { postgres_changes = new[] { changes }, since, postgres_changes_options = new { wait = true } }, token);
        Assert.True("ok" == (string?)reply["status"], reply.ToJsonString());
        return reply["response"]!;
    }

    /// <summary>Joins, and returns the reply's payload: <c>{status, response}</c>.</summary>
    public async Task<JsonNode> JoinAsync(string topic, object config, string? token = null)
    {
        var reference = await SendAsync(topic, "phx_join", new { config, access_token = token });
        return (await NextAsync(one => one.Event == "phx_reply" && one.Ref == reference)).Payload;
    }

    /// <summary>Sends, and returns the message's ref.</summary>
    public async Task<string> SendAsync(string topic, string name, object payload, string? joinRef = null)
    {
        var reference = Interlocked.Increment(ref _lastRef).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (name == "phx_join") joinRef = reference;
        var frame = _v1
            ? JsonSerializer.Serialize(new { topic, @event = name, payload, @ref = reference, join_ref = joinRef })
            : JsonSerializer.Serialize(new[] { joinRef, reference, topic, name, payload });
        await SendRawAsync(Encoding.UTF8.GetBytes(frame));
        return reference;
    }

    public async Task SendRawAsync(byte[] frame, bool binary = false)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _socket.SendAsync(frame, binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, patience.Token);
    }

    /// <summary>The next message that <paramref name="wanted"/> holds for; those before it are passed over.</summary>
    public async Task<PhoenixEvent> NextAsync(Func<PhoenixEvent, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        var passed = new List<string>();
        try
        {
            while (true)
            {
                var next = await _events.Reader.ReadAsync(patience.Token);
                if (wanted(next)) return next;
                passed.Add($"{next.Topic} {next.Event} {next.Payload.ToJsonString()}");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            throw new Xunit.Sdk.XunitException($"It did not come ({e.GetType().Name}). What came: {string.Join("\n", passed)}");
        }
    }

    public Task<PhoenixEvent> NextAsync(string name) => NextAsync(one => one.Event == name);

    /// <summary>The next row change's <c>data</c>.</summary>
    public async Task<JsonNode> ChangeAsync() => (await NextAsync("postgres_changes")).Payload["data"]!;

    /// <summary>Reads nothing more from the connection until <see cref="Resume"/>.</summary>
    public void Pause() => _gate.Reset();

    public void Resume() => _gate.Set();

    /// <summary>Ends when the server has closed the connection.</summary>
    public Task ServerClosesAsync() => _receiving.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _gate.Set();
        await _receiving;
        _gate.Dispose();
        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[4 << 20];
        try
        {
            while (true)
            {
                if (!_gate.IsSet) await Task.Run(_gate.Wait);
                var length = 0;
                WebSocketReceiveResult received;
                do
                {
                    received = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), CancellationToken.None);
                    length += received.Count;
                    if (length == buffer.Length) Array.Resize(ref buffer, length * 2);
                } while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close) break;
                _events.Writer.TryWrite(received.MessageType == WebSocketMessageType.Binary ? ReadBinary(buffer.AsSpan(0, length)) : ReadText(buffer.AsSpan(0, length)));
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is gone.
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }

    private PhoenixEvent ReadText(ReadOnlySpan<byte> frame)
    {
        var message = JsonNode.Parse(frame)!;
        return _v1
            ? new((string?)message["join_ref"], (string?)message["ref"], (string)message["topic"]!, (string)message["event"]!, message["payload"]!)
            : new((string?)message[0], (string?)message[1], (string)message[2]!, (string)message[3]!, message[4]!);
    }

    private static PhoenixEvent ReadBinary(ReadOnlySpan<byte> frame)
    {
        Assert.Equal(4, frame[0]);
        var (topic, name, meta) = (frame[1], frame[2], frame[3]);
        var rest = frame[5..];
        var payload = rest[(topic + name + meta)..];
        return new(null, null, Encoding.UTF8.GetString(rest[..topic]), "broadcast", new JsonObject
        {
            ["event"] = Encoding.UTF8.GetString(rest.Slice(topic, name)),
            ["meta"] = meta == 0 ? null : JsonNode.Parse(rest.Slice(topic + name, meta)),
            ["payload"] = frame[4] == 1 ? JsonNode.Parse(payload) : Convert.ToHexString(payload),
        });
    }
}
