using System.Collections.Immutable;
using System.Threading.Channels;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// One subscriber's stream of changes, in the order of their cursors, each once. It ends by itself for the reasons of <see cref="EndReason"/>, or when it
/// is disposed; <see cref="End"/> says why. What waits to be read is bounded, in number and in bytes; a subscription whose buffer is full is offered
/// nothing (<see cref="Stalled"/>) until it has read half of it, and goes on from the log then.
/// </summary>
public sealed class ChangeSubscription : IAsyncDisposable
{
    /// <summary>Bytes of logged changes that may wait; a change that is larger waits alone.</summary>
    private const long MostBytes = 4 << 20;

    private readonly Channel<VisibleChange> _buffer = Channel.CreateUnbounded<VisibleChange>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly int _capacity;
    private long _waiting, _bytes, _lastProgress;
    private TaskCompletionSource? _room;
    private SubscriptionEnd? _end;
    private Cursor _lastOffered;

    internal ChangeSubscription(Caller caller, ImmutableArray<Binding> bindings, Cursor start, int capacity)
    {
        (Caller, Bindings, Start, Position, _capacity) = (caller, bindings, start, start, capacity);
        RealtimeMetrics.Subscriptions.Add(1);
    }

    /// <summary>Whose role and claims decide what is seen: from the next batch on where it changes (<see cref="ChangeFeed.RenewAsync"/>).</summary>
    public Caller Caller { get; internal set; }

    public ImmutableArray<Binding> Bindings { get; }

    /// <summary>Every change after it that the subscriber may see is in the stream.</summary>
    public Cursor Start { get; internal set; }

    /// <summary>Null for one that came with a cursor.</summary>
    internal Fence? Fence { get; init; }

    /// <summary>Null while the stream goes on.</summary>
    public SubscriptionEnd? End => Volatile.Read(ref _end);

    /// <summary>
    /// Changes up to here were considered: put into the stream, or not this subscriber's to see. Belongs to whichever task delivers to it at the time; one
    /// that is up to date has the <see cref="Dispatcher"/>'s.
    /// </summary>
    internal Cursor Position { get; set; }

    /// <summary>Its buffer was full: nothing is offered until it goes on from <see cref="Position"/>.</summary>
    internal bool Stalled { get; private set; }

    /// <summary>The changes, until the subscription ends. For one reader.</summary>
    public async IAsyncEnumerable<VisibleChange> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var change in _buffer.Reader.ReadAllAsync(cancellation))
        {
            Interlocked.Decrement(ref _waiting);
            Interlocked.Add(ref _bytes, -change.Payload.Bytes);
            Volatile.Write(ref _lastProgress, Environment.TickCount64);
            if (Volatile.Read(ref _room) is not null && HasRoom) Interlocked.Exchange(ref _room, null)?.TrySetResult();
            yield return change;
        }
    }

    /// <summary>Where the buffer is full it is <see cref="Stalled"/> instead, and false comes back.</summary>
    internal bool TryOffer(VisibleChange change)
    {
        lock (_lock)
        {
            if (_end is not null) return true; // nobody reads any more
            // The rest of a change that is in already goes in: a cursor cannot stand within a change.
            if (_lastOffered != change.Cursor && (Interlocked.Read(ref _waiting) >= _capacity || Interlocked.Read(ref _bytes) >= MostBytes))
            {
                Stalled = true;
                // The change that found no room is the first when it goes on.
                if (_lastOffered > Position) Position = _lastOffered;
                Volatile.Write(ref _lastProgress, Environment.TickCount64);
                RealtimeMetrics.Stalls.Add(1);
                return false;
            }
            if (Interlocked.Increment(ref _waiting) == 1) Volatile.Write(ref _lastProgress, Environment.TickCount64);
            Interlocked.Add(ref _bytes, change.Payload.Bytes);
            _buffer.Writer.TryWrite(change);
            _lastOffered = change.Cursor;
        }
        RealtimeMetrics.ChangesSent.Add(1);
        return true;
    }

    /// <summary>Half of the buffer is free.</summary>
    internal bool HasRoom => Interlocked.Read(ref _waiting) <= _capacity / 2 && Interlocked.Read(ref _bytes) <= MostBytes / 2;

    /// <summary>Waits until there is room, the subscription is over, or nothing was read for <paramref name="longest"/>: false then. For one waiter.</summary>
    internal async Task<bool> RoomAsync(TimeSpan longest, CancellationToken cancellation)
    {
        while (true)
        {
            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _room, room);
            if (HasRoom || End is not null) return true;
            var left = longest - TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastProgress));
            if (left <= TimeSpan.Zero) return false;
            await room.Task.WaitAsync(left, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (room.Task.IsCompleted) return true;
        }
    }

    /// <summary>It may be offered changes again.</summary>
    internal void GoOn() => Stalled = false;

    /// <summary>Ends the stream behind what is in the buffer. The first reason counts.</summary>
    /// <param name="considered">Nothing up to here needs to be considered again.</param>
    internal void Finish(EndReason reason, Cursor considered = default)
    {
        lock (_lock)
        {
            if (_end is not null) return;
            var last = _lastOffered > Start ? _lastOffered : Start;
            Volatile.Write(ref _end, new SubscriptionEnd(reason, considered > last ? considered : last));
            _buffer.Writer.TryComplete();
        }
        Interlocked.Exchange(ref _room, null)?.TrySetResult();
        RealtimeMetrics.Subscriptions.Add(-1);
        if (reason == EndReason.TooSlow) RealtimeMetrics.Cuts.Add(1);
    }

    public ValueTask DisposeAsync()
    {
        Finish(EndReason.Left);
        return ValueTask.CompletedTask;
    }
}
