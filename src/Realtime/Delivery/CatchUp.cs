using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// Brings subscribers that come with a cursor up to date, apart from those who are. All who wait at a moment are served in one pass over the changes
/// they missed, so that a thousand clients that come back after a restart cost as many questions as they have distinct claims. The changes come from
/// memory, or where that does not reach back far enough from the write-ahead log read again (<see cref="Replay"/>). A subscriber whose buffer is full
/// leaves the pass, and comes to a later one when it has read.
/// </summary>
public sealed class CatchUp(ChangeLog log, ChangeDelivery delivery, Dispatcher dispatcher, WalReader reader, Replay replay)
{
    /// <summary>A subscriber that reads nothing for so long is cut.</summary>
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<ChangeSubscription> _waiting = new();
    private readonly SemaphoreSlim _called = new(0);

    /// <summary>Takes <paramref name="subscription"/> on from its position.</summary>
    public void Enter(ChangeSubscription subscription)
    {
        _waiting.Enqueue(subscription);
        _called.Release();
    }

    /// <summary>
    /// Between two batches: puts one that hears from its fence on among those who are up to date, once it has what the dispatcher is past already.
    /// </summary>
    public Task BeginAsync(ChangeSubscription subscription, CancellationToken stopping)
    {
        subscription.Start = subscription.Position = log.FirstNotBehind(subscription.Fence!);
        var index = new SubscriptionIndex();
        index.Add(subscription);
        return HandOverAsync(index, stopping);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _called.WaitAsync(stopping);
            var index = new SubscriptionIndex();
            while (_waiting.TryDequeue(out var subscription))
                if (subscription.End is null) index.Add(subscription);
            if (index.All.Count > 0) await PassAsync(index, stopping);
        }
    }

    private async Task PassAsync(SubscriptionIndex index, CancellationToken stopping)
    {
        await foreach (var batch in MissedAsync(index, stopping))
        {
            await DeliverAsync(batch, index, stopping);
            foreach (var subscription in index.All.Where(subscription => subscription.End is not null).ToList()) index.Remove(subscription);
            if (index.All.Count == 0) return;
        }
        await dispatcher.BetweenBatchesAsync(cancellation => HandOverAsync(index, cancellation), stopping);
    }

    /// <summary>What lies between the furthest behind of them and the dispatcher, in batches.</summary>
    private async IAsyncEnumerable<IReadOnlyList<LoggedChange>> MissedAsync(SubscriptionIndex index, [EnumeratorCancellation] CancellationToken stopping)
    {
        var position = index.All.Min(subscription => subscription.Position);
        // Memory moves on while the log is read again: it may take another round to reach it.
        while (position < log.From)
        {
            var target = reader.Position;
            await foreach (var batch in replay.ReadAsync(position, target, Dispatcher.BatchSize, stopping))
            {
                if (batch is null)
                {
                    foreach (var subscription in index.All.Where(subscription => subscription.Position < log.From).ToList())
                    {
                        subscription.Finish(EndReason.ResyncRequired);
                        index.Remove(subscription);
                    }
                    if (index.All.Count == 0) yield break;
                    target = new(log.From.Commit);
                    break;
                }
                position = batch[^1].Cursor;
                yield return batch;
                if (index.All.Count == 0) yield break;
            }
            if (Cursor.Before(target) > position) position = Cursor.Before(target);
        }
        while (log.Read(position, Dispatcher.BatchSize) is { Count: Dispatcher.BatchSize } batch)
        {
            position = batch[^1].Cursor;
            yield return batch;
        }
    }

    /// <summary>The last stretch, while the dispatcher stands still; then they are among those who are up to date.</summary>
    private async Task HandOverAsync(SubscriptionIndex index, CancellationToken stopping)
    {
        while (index.All.Count > 0 && index.All.Min(subscription => subscription.Position) is var from && from < dispatcher.Position)
        {
            var batch = log.Read(from, Dispatcher.BatchSize)?.Where(change => change.Cursor <= dispatcher.Position).ToList();
            if (batch is not { Count: > 0 }) break;
            await DeliverAsync(batch, index, stopping);
        }
        foreach (var subscription in index.All)
        {
            if (subscription.End is not null) continue;
            if (subscription.Position < dispatcher.Position && subscription.Position < log.From)
            {
                Enter(subscription);
                continue;
            }
            if (dispatcher.Position > subscription.Position) subscription.Position = dispatcher.Position;
            // Among those who are up to date a full buffer is the end: one that has not read what it missed stays behind until it has.
            if (subscription.HasRoom) dispatcher.Live.Add(subscription);
            else _ = ReenterAsync(subscription, stopping);
        }
    }

    private async Task DeliverAsync(IReadOnlyList<LoggedChange> batch, SubscriptionIndex index, CancellationToken stopping)
    {
        var stalled = new List<ChangeSubscription>();
        await delivery.DeliverAsync(batch, index, subscription =>
        {
            subscription.Stalled = true;
            stalled.Add(subscription);
        }, stopping);
        foreach (var subscription in stalled)
        {
            index.Remove(subscription);
            // The change that found no room is the first of its next pass.
            if (subscription.LastOffered > subscription.Position) subscription.Position = subscription.LastOffered;
            _ = ReenterAsync(subscription, stopping);
        }
        foreach (var subscription in index.All)
            if (batch[^1].Cursor > subscription.Position) subscription.Position = batch[^1].Cursor;
    }

    private async Task ReenterAsync(ChangeSubscription subscription, CancellationToken stopping)
    {
        try
        {
            await subscription.RoomAsync().WaitAsync(s_longestStall, stopping);
            subscription.Stalled = false;
            if (subscription.End is null) Enter(subscription);
        }
        catch (TimeoutException)
        {
            subscription.Finish(EndReason.TooSlow);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops, and ends every subscription.
        }
    }
}
