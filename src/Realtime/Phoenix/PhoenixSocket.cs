using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Hedgerow.Postgres;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>
/// One client's connection: reads its frames one after the other, and writes what waits for it in the order in which it was put. What waits is
/// bounded: a client that does not read is cut, and comes back by itself.
/// </summary>
public sealed class PhoenixSocket
{
    /// <summary>Frames, and bytes, that may wait for a client; one with more is cut, unless they are row changes.</summary>
    private const int MostFrames = 2000, MostBytes = 16 << 20;

    /// <summary>Row changes wait in their subscriptions, which are bounded and can be resumed, while so much waits here.</summary>
    private const int ManyFrames = 100, ManyBytes = 1 << 20;

    private const string System = "phoenix";

    // Phoenix closes a socket that is silent for a minute; clients beat every 25 s.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly RealtimeRoom _room;
    private readonly CancellationTokenSource _ending;
    private readonly Channel<PhoenixFrame> _outgoing = Channel.CreateUnbounded<PhoenixFrame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, PhoenixChannel> _channels = new(StringComparer.Ordinal);
    private readonly RateWindow _joins, _messages;
    // One row change at a time: a hundred channels that saw room together would fill it many times over.
    private readonly SemaphoreSlim _turn = new(1);
    private TaskCompletionSource? _space;
    private int _frames, _bytes;

    public PhoenixSocket(WebSocket socket, PhoenixVersion version, string key, RealtimeRoom room, CancellationToken aborted)
    {
        (_socket, Version, Key, _room) = (socket, version, key, room);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Ending = _ending.Token;
        _joins = new RateWindow(room.Options.MaxJoinsPerSecond);
        _messages = new RateWindow(room.Options.MaxMessagesPerSecond);
    }

    public PhoenixVersion Version { get; }

    /// <summary>The token that the connection came with: that of channels which bring none.</summary>
    public string Key { get; }

    /// <summary>Ends when the connection does.</summary>
    public CancellationToken Ending { get; }

    public async Task RunAsync()
    {
        var writing = WriteAsync();
        // A stop closes in order: what waits is sent, then the close, and the client gets a moment to answer it.
        using var stop = _room.Stopping.Register(() =>
        {
            _outgoing.Writer.TryComplete();
            _ending.CancelAfter(s_farewell);
        });
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client is gone, or we go.
        }
        catch (Exception e)
        {
            Log.SocketFailed(_room.Logger, e);
        }
        finally
        {
            List<PhoenixChannel> open;
            lock (_channels) open = [.. _channels.Values];
            foreach (var channel in open) await channel.CloseAsync();
            _outgoing.Writer.TryComplete();
            // Who says goodbye and reads no more is not waited for.
            _ending.CancelAfter(s_farewell);
            await writing;
            await CloseAsync();
            await _ending.CancelAsync();
            _ending.Dispose();
        }
    }

    /// <summary>Puts a frame behind those that wait. A client with too many is cut.</summary>
    public void Send(PhoenixFrame frame)
    {
        if (Interlocked.Increment(ref _frames) <= MostFrames && Interlocked.Add(ref _bytes, CostOf(frame)) <= MostBytes)
        {
            _outgoing.Writer.TryWrite(frame);
            return;
        }
        RealtimeMetrics.Cuts.Add(1);
        Cut();
    }

    /// <summary>The same, waiting while many do. A client that reads is never cut for these, however large one is.</summary>
    public async ValueTask SendAsync(PhoenixFrame frame)
    {
        await _turn.WaitAsync(Ending);
        try
        {
            await RoomAsync();
            Interlocked.Increment(ref _frames);
            Interlocked.Add(ref _bytes, CostOf(frame));
            _outgoing.Writer.TryWrite(frame);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask RoomAsync()
    {
        while (ManyWait)
        {
            var space = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            space = Interlocked.CompareExchange(ref _space, space, null) ?? space;
            if (ManyWait) await space.Task.WaitAsync(Ending);
        }
    }

    private bool ManyWait => Volatile.Read(ref _frames) >= ManyFrames || Volatile.Read(ref _bytes) >= ManyBytes;

    /// <summary>A single row may be larger than all that may wait: it costs what keeps others waiting, and no more.</summary>
    private static int CostOf(PhoenixFrame frame) => Math.Min(frame.Length, ManyBytes);

    public void Reply(PhoenixMessage message, bool ok, ReadOnlySpan<byte> response) =>
        Send(PhoenixFrame.Reply(Version, message.JoinRef, message.Ref, message.Topic, ok, response));

    public void Refuse(PhoenixMessage message, string reason) => Reply(message, false, JsonSerializer.SerializeToUtf8Bytes(new { reason }));

    /// <summary>The channel has ended by itself.</summary>
    internal void Forget(PhoenixChannel channel)
    {
        lock (_channels)
            if (_channels.TryGetValue(channel.Topic, out var present) && present == channel) _channels.Remove(channel.Topic);
    }

    private void Cut()
    {
        try
        {
            // Not here: what ends with it would run on the thread of whoever sends, who may hold a lock.
            _ = _ending.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended at this moment.
        }
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            // Nothing is rented while nothing comes: most sockets are silent most of the time.
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(Ending);
            silence.CancelAfter(s_longestSilence);
            await _socket.ReceiveAsync(Memory<byte>.Empty, silence.Token);
            var buffer = ArrayPool<byte>.Shared.Rent(4096);
            try
            {
                var length = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    if (length == buffer.Length)
                    {
                        if (length > _room.Options.MaxFrameBytes)
                        {
                            await RefuseFrameAsync();
                            return;
                        }
                        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                        buffer.AsSpan(0, length).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }
                    received = await _socket.ReceiveAsync(buffer.AsMemory(length), silence.Token);
                    length += received.Count;
                } while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close) return;
                if (length > _room.Options.MaxFrameBytes)
                {
                    await RefuseFrameAsync();
                    return;
                }
                var message = received.MessageType == WebSocketMessageType.Binary ? PhoenixWire.ReadBinary(buffer.AsMemory(0, length)) : PhoenixWire.ReadText(buffer.AsMemory(0, length));
                // A malformed message is dropped, the connection kept (MalformedWebSocketMessage).
                if (message is not null) await TakeAsync(message);
                // A client that asks faster than it reads the answers is not read from meanwhile.
                await RoomAsync();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task RefuseFrameAsync()
    {
        using var patience = new CancellationTokenSource(s_farewell);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, $"A frame is at most {_room.Options.MaxFrameBytes} bytes", patience.Token);
    }

    private async Task TakeAsync(PhoenixMessage message)
    {
        if (message.Topic == System)
        {
            if (message.Event == "heartbeat") Reply(message, true, "{}"u8);
            return;
        }
        PhoenixChannel? channel;
        lock (_channels) channel = _channels.GetValueOrDefault(message.Topic);
        if (message.Event == "phx_join")
        {
            await JoinAsync(message, channel);
            return;
        }
        if (channel is null)
        {
            Refuse(message, "unmatched topic");
            return;
        }
        // A message for the channel as it was before it was joined again.
        if (message.JoinRef is not null && message.JoinRef != channel.JoinRef) return;
        if (message.Event == "phx_leave")
        {
            Forget(channel);
            await channel.CloseAsync();
            Reply(message, true, "{}"u8);
            Send(PhoenixFrame.Of(Version, channel.JoinRef, channel.JoinRef, channel.Topic, "phx_close", "{}"u8.ToArray()));
            return;
        }
        if (!_messages.Take())
        {
            await channel.ShutAsync("Too many messages per second");
            return;
        }
        await channel.TakeAsync(message);
    }

    private async Task JoinAsync(PhoenixMessage message, PhoenixChannel? present)
    {
        if (!message.Topic.StartsWith(PhoenixTopic.Prefix, StringComparison.Ordinal))
        {
            Refuse(message, "unmatched topic");
            return;
        }
        if (message.Topic.Length == PhoenixTopic.Prefix.Length)
        {
            Refuse(message, "TopicNameRequired: You must provide a topic name");
            return;
        }
        if (present is not null)
        {
            // Phoenix: a second join takes the place of the first.
            Forget(present);
            await present.CloseAsync();
            Send(PhoenixFrame.Of(Version, present.JoinRef, present.JoinRef, present.Topic, "phx_close", "{}"u8.ToArray()));
        }
        if (!_joins.Take())
        {
            Refuse(message, "ClientJoinRateLimitReached: Too many joins per second");
            return;
        }
        int open;
        lock (_channels) open = _channels.Count;
        if (open >= _room.Options.MaxChannelsPerConnection)
        {
            Refuse(message, "ChannelRateLimitReached: Too many channels");
            return;
        }
        var channel = new PhoenixChannel(this, _room, message.Topic, message.JoinRef ?? message.Ref ?? "");
        lock (_channels) _channels[message.Topic] = channel;
        // Joins wait for the database: the socket goes on reading meanwhile, so that one slow join holds up no other channel.
        channel.Begin(message);
    }

    private async Task WriteAsync()
    {
        var buffer = Array.Empty<byte>();
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(Ending))
            {
                while (_outgoing.Reader.TryRead(out var frame))
                {
                    if (buffer.Length < frame.Length)
                    {
                        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
                        buffer = ArrayPool<byte>.Shared.Rent(frame.Length);
                    }
                    frame.Head.CopyTo(buffer);
                    frame.Body.CopyTo(buffer.AsMemory(frame.Head.Length));
                    frame.Tail.CopyTo(buffer.AsMemory(frame.Head.Length + frame.Body.Length));
                    await _socket.SendAsync(
                        buffer.AsMemory(0, frame.Length), frame.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, endOfMessage: true, Ending);
                    Interlocked.Decrement(ref _frames);
                    Interlocked.Add(ref _bytes, -CostOf(frame));
                    if (_space is not null && !ManyWait) Interlocked.Exchange(ref _space, null)?.TrySetResult();
                }
                // An idle socket holds no buffer.
                if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
                buffer = [];
            }
            if (_room.Stopping.IsCancellationRequested) await CloseAsync();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            Cut();
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task CloseAsync()
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            // 1012: the service restarts; clients come back by themselves.
            await _socket.CloseOutputAsync(_room.Stopping.IsCancellationRequested ? (WebSocketCloseStatus)1012 : WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            _socket.Abort();
        }
    }
}
