using System.Collections.Immutable;
using System.Threading.Channels;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// One subscriber's stream of changes, in the order of their cursors, each once. It ends by itself for the reasons of <see cref="EndReason"/>, or when it
/// is disposed; <see cref="End"/> says why.
/// </summary>
public sealed class ChangeSubscription : IAsyncDisposable
{
    private readonly Channel<VisibleChange> _buffer = Channel.CreateUnbounded<VisibleChange>(new UnboundedChannelOptions { SingleReader = true });
    private readonly int _capacity;
    private int _waiting;
    private TaskCompletionSource? _room;
    private SubscriptionEnd? _end;

    internal ChangeSubscription(Caller caller, ImmutableArray<Binding> bindings, Cursor start, int capacity)
    {
        (Caller, Bindings, Start, Position, _capacity) = (caller, bindings, start, start, capacity);
        RealtimeMetrics.Subscriptions.Add(1);
    }

    /// <summary>Whose role and claims decide what is seen. Changed between two batches only (<see cref="ChangeFeed.RenewAsync"/>).</summary>
    public Caller Caller { get; internal set; }

    public ImmutableArray<Binding> Bindings { get; }

    /// <summary>Every change after it that the subscriber may see is in the stream.</summary>
    public Cursor Start { get; internal set; }

    /// <summary>Null for one that came with a cursor.</summary>
    internal Fence? Fence { get; init; }

    /// <summary>Null while the stream goes on.</summary>
    public SubscriptionEnd? End => Volatile.Read(ref _end);

    /// <summary>Changes up to here were considered: put into the stream, or not this subscriber's to see.</summary>
    internal Cursor Position { get; set; }

    /// <summary>Its buffer was full while it caught up: nothing is offered until it goes on from <see cref="Position"/>.</summary>
    internal bool Stalled { get; set; }

    /// <summary>The cursor of the last change that was put into the stream.</summary>
    internal Cursor LastOffered { get; private set; }

    /// <summary>The changes, until the subscription ends. For one reader.</summary>
    public async IAsyncEnumerable<VisibleChange> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var change in _buffer.Reader.ReadAllAsync(cancellation))
        {
            Interlocked.Decrement(ref _waiting);
            if (HasRoom) Interlocked.Exchange(ref _room, null)?.TrySetResult();
            yield return change;
        }
    }

    /// <summary>False where the buffer is full.</summary>
    internal bool TryOffer(VisibleChange change)
    {
        // The rest of a change that is in already goes in: a cursor cannot stand within a change.
        if (Volatile.Read(ref _waiting) >= _capacity && LastOffered != change.Cursor) return false;
        Interlocked.Increment(ref _waiting);
        if (!_buffer.Writer.TryWrite(change)) return true; // it has ended: nobody reads any more
        LastOffered = change.Cursor;
        RealtimeMetrics.ChangesSent.Add(1);
        return true;
    }

    /// <summary>Half of the buffer is free.</summary>
    internal bool HasRoom => Volatile.Read(ref _waiting) <= _capacity / 2;

    /// <summary>Ends once there is room, or the subscription is over.</summary>
    internal Task RoomAsync()
    {
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _room, room);
        if (HasRoom || End is not null) room.TrySetResult();
        return room.Task;
    }

    /// <summary>Ends the stream behind what is in the buffer. The first reason counts.</summary>
    internal void Finish(EndReason reason)
    {
        var last = LastOffered > Start ? LastOffered : Start;
        // Nothing that was considered and not shown needs to be considered again.
        if (Interlocked.CompareExchange(ref _end, new SubscriptionEnd(reason, reason == EndReason.Stopping && Position > last ? Position : last), null) is not null) return;
        _buffer.Writer.TryComplete();
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
