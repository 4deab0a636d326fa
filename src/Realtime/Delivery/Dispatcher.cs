using System.Collections.Concurrent;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// The one task that works through the <see cref="ChangeLog"/> for everybody who is up to date. While a batch is being checked the next changes gather,
/// so batches are small when it is quiet and grow with the load. What touches the subscriptions is done between two batches.
/// </summary>
public sealed class Dispatcher(ChangeLog log, ChangeDelivery delivery)
{
    /// <summary>Changes of one batch at most.</summary>
    public const int BatchSize = 500;

    private readonly ConcurrentQueue<Func<CancellationToken, Task>> _turns = new();
    private readonly SubscriptionIndex _live = new();
    private TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Cursor _position;

    /// <summary>Those who are up to date. Only between batches.</summary>
    public SubscriptionIndex Live => _live;

    /// <summary>Everything up to here was delivered. Only between batches.</summary>
    public Cursor Position => _position;

    /// <param name="behind">Takes over those whose buffers are full: they hold up nobody here.</param>
    public async Task RunAsync(Action<ChangeSubscription> behind, CancellationToken stopping)
    {
        _position = log.End;
        log.Dispatched(_position);
        while (!stopping.IsCancellationRequested)
        {
            var called = Volatile.Read(ref _called);
            while (_turns.TryDequeue(out var turn)) await turn(stopping);

            var batch = log.Read(_position, BatchSize);
            if (batch is null)
            {
                // The reader lost its place and began anew: what these subscribers missed cannot be told.
                foreach (var subscription in _live.All) subscription.Finish(EndReason.ResyncRequired);
                _live.Clear();
                _position = log.From;
                log.Dispatched(_position);
                continue;
            }
            if (batch.Count == 0)
            {
                await Task.WhenAny(log.GrownAsync(_position), called.Task).WaitAsync(stopping);
                if (called.Task.IsCompleted) Interlocked.CompareExchange(ref _called, new(TaskCreationOptions.RunContinuationsAsynchronously), called);
                continue;
            }
            var full = await delivery.DeliverAsync(batch, _live, stopping);
            _live.Remove(full);
            foreach (var subscription in full)
            {
                if (_position > subscription.Position) subscription.Position = _position;
                behind(subscription);
            }
            _position = batch[^1].Cursor;
            log.Dispatched(_position);
        }
    }

    /// <summary>Runs <paramref name="turn"/> while no batch is under way.</summary>
    public async Task BetweenBatchesAsync(Func<CancellationToken, Task> turn, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turns.Enqueue(async stopping =>
        {
            try
            {
                await turn(stopping);
                done.TrySetResult();
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        });
        Volatile.Read(ref _called).TrySetResult();
        await done.Task.WaitAsync(cancellation);
    }

    public Task BetweenBatchesAsync(Action turn, CancellationToken cancellation) => BetweenBatchesAsync(_ =>
    {
        turn();
        return Task.CompletedTask;
    }, cancellation);
}
