using System.Collections.Concurrent;
using System.Threading.Channels;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Phoenix;
using Hedgerow.Realtime.Topics;
using Microsoft.AspNetCore.SignalR;

namespace Hedgerow.Realtime.SignalR;

/// <summary>
/// What one hub connection has: who it is, its topics, its streams, and what waits to be sent to it. What waits is bounded: a client that does not read
/// is cut, and comes back by itself.
/// </summary>
internal sealed class HubSession : IAsyncDisposable
{
    private const int MostWaiting = 1000, MostBytes = 16 << 20;

    private readonly HubCallerContext _connection;
    private readonly RealtimeOptions _options;
    private readonly RateWindow _joins;
    private readonly RateWindow _messages;
    private readonly Channel<(string Method, object Argument, int Bytes)> _outgoing =
        Channel.CreateBounded<(string, object, int)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Task _sending;
    private Timer? _expiry;
    private int _streams, _bytes;

    public HubSession(HubCallerContext connection, Caller caller, RealtimeOptions options, IClientProxy client, Action<HubSession> expired)
    {
        (_connection, Caller, _options) = (connection, caller, options);
        _joins = new RateWindow(options.MaxJoinsPerSecond);
        _messages = new RateWindow(options.MaxMessagesPerSecond);
        Expired = expired;
        ExpireWith(caller);
        _sending = SendAllAsync(client);
    }

    public Caller Caller { get; private set; }

    public ConcurrentDictionary<TopicName, HubMember> Topics { get; } = new();

    public ConcurrentDictionary<ChangeSubscription, bool> Subscriptions { get; } = new();

    private Action<HubSession> Expired { get; }

    /// <summary>Puts a message behind those that wait.</summary>
    /// <param name="bytes">Of its payload.</param>
    public void Send(string method, object argument, int bytes = 0)
    {
        // One message may be larger than all that may wait.
        var waiting = Interlocked.Add(ref _bytes, bytes);
        if ((waiting <= MostBytes || waiting == bytes) && _outgoing.Writer.TryWrite((method, argument, bytes))) return;
        if (_outgoing.Reader.Completion.IsCompleted) return;
        RealtimeMetrics.Cuts.Add(1);
        _connection.Abort();
    }

    /// <summary>Counts a stream until it is disposed.</summary>
    /// <exception cref="HubException">There are too many, too many were asked for within the second, or the token has expired.</exception>
    public IDisposable BeginStream()
    {
        TakeJoin();
        if (Interlocked.Increment(ref _streams) <= _options.MaxChannelsPerConnection) return new Place(this);
        Interlocked.Decrement(ref _streams);
        throw new HubException($"too_many_channels: A connection has at most {_options.MaxChannelsPerConnection} streams of changes");
    }

    /// <exception cref="HubException">Too many within the second, or the token has expired.</exception>
    public void TakeJoin()
    {
        if (ChangeFeed.ExpiryOf(Caller) <= DateTimeOffset.UtcNow.ToUnixTimeSeconds()) throw new HubException("token_expired: The token has expired; renew it");
        if (!_joins.Take()) throw new HubException($"join_rate_limit: At most {_options.MaxJoinsPerSecond} joins a second");
    }

    /// <exception cref="HubException">Too many within the second.</exception>
    public void TakeMessage()
    {
        if (!_messages.Take()) throw new HubException($"message_rate_limit: At most {_options.MaxMessagesPerSecond} messages a second");
    }

    /// <summary>Another token, of whoever holds it.</summary>
    public void Become(Caller caller)
    {
        Caller = caller;
        ExpireWith(caller);
    }

    private void ExpireWith(Caller caller)
    {
        _expiry?.Dispose();
        _expiry = null;
        if (ChangeFeed.ExpiryOf(caller) is not { } expiry) return;
        // Timers take 49 days at most: one that ends before the token does is set again.
        var left = Math.Clamp((expiry - DateTimeOffset.UtcNow.ToUnixTimeSeconds()) * 1000, 1, int.MaxValue);
        _expiry = new Timer(_ =>
        {
            if (expiry <= DateTimeOffset.UtcNow.ToUnixTimeSeconds()) Expired(this);
            else ExpireWith(caller);
        }, null, left, Timeout.Infinite);
    }

    private async Task SendAllAsync(IClientProxy client)
    {
        try
        {
            await foreach (var (method, argument, bytes) in _outgoing.Reader.ReadAllAsync(_connection.ConnectionAborted))
            {
                await client.SendAsync(method, argument, _connection.ConnectionAborted);
                Interlocked.Add(ref _bytes, -bytes);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is gone.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_expiry is not null) await _expiry.DisposeAsync();
        _outgoing.Writer.TryComplete();
        await _sending;
    }

    private sealed class Place(HubSession session) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref session._streams);
    }
}
