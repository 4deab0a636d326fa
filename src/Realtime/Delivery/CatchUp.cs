using System.Threading.Channels;
using Hedgerow.Realtime.Wal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// Brings subscribers up to date, apart from those who are: those that come with a cursor, and those whose buffers were full, once they have read half of
/// what waited. All who wait at a moment are served in one pass over the changes they missed, so that a thousand clients that come back after a restart
/// cost as many questions as they have distinct claims. A subscriber whose buffer is full leaves the pass and comes to a later one; one that reads
/// nothing for <see cref="RealtimeOptions.SubscriptionStallSeconds"/> meanwhile is cut.
/// <code>
///            ┌──────────────── Wait ◄────────────── buffer full ──────────────┐
/// Enter ─► memory reaches back ─► pass over memory ─► between two batches: among those who are up to date
///            └► it does not ─► pass over the log (<see cref="Replay"/>) ─► Enter
/// </code>
/// </summary>
public sealed class CatchUp(ChangeLog log, ChangeDelivery delivery, Dispatcher dispatcher, Replay replay, RealtimeOptions options, ILogger<CatchUp> logger)
{
    /// <summary>How long a pass over the log waits for those who read slowly while others wait for it.</summary>
    private static readonly TimeSpan s_courtesy = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _longestStall = TimeSpan.FromSeconds(options.SubscriptionStallSeconds);
    private readonly Channel<ChangeSubscription> _waiting = Channel.CreateUnbounded<ChangeSubscription>(), _older = Channel.CreateUnbounded<ChangeSubscription>();

    /// <summary>Takes <paramref name="subscription"/> on from its position.</summary>
    public void Enter(ChangeSubscription subscription) => _waiting.Writer.TryWrite(subscription);

    /// <summary>The same once it has room in its buffer; it is cut where it reads nothing for too long.</summary>
    public void Wait(ChangeSubscription subscription, CancellationToken stopping) => _ = WaitAsync(subscription, stopping);

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

    /// <summary>Serves those to whom memory reaches back.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (await _waiting.Reader.WaitToReadAsync(stopping))
        {
            var index = TakeAll(_waiting.Reader);
            IReadOnlyList<LoggedChange>? batch;
            do
            {
                index.Refresh();
                MoveOlder(index);
                if (index.All.Count == 0) break;
                batch = log.Read(index.All.Min(subscription => subscription.Position), Dispatcher.BatchSize);
                if (batch is { Count: > 0 }) await DeliverAsync(batch, index, stopping);
            } while (batch is null or { Count: Dispatcher.BatchSize });
            if (index.All.Count > 0) await dispatcher.BetweenBatchesAsync(cancellation => HandOverAsync(index, cancellation), stopping);
        }
    }

    /// <summary>The last stretch, while the dispatcher stands still; then they are among those who are up to date.</summary>
    private async Task HandOverAsync(SubscriptionIndex index, CancellationToken stopping)
    {
        while (true)
        {
            index.Refresh();
            MoveOlder(index);
            if (index.All.Count == 0) return;
            var from = index.All.Min(subscription => subscription.Position);
            if (from >= dispatcher.Position) break;
            if (log.Read(from, Dispatcher.BatchSize) is not { } read) continue;
            var batch = read.Where(change => change.Cursor <= dispatcher.Position).ToList();
            if (batch.Count == 0) break;
            await DeliverAsync(batch, index, stopping);
        }
        foreach (var subscription in index.All)
        {
            if (dispatcher.Position > subscription.Position) subscription.Position = dispatcher.Position;
            // One that has not read what it missed would be here again at once.
            if (subscription.HasRoom) dispatcher.Live.Add(subscription);
            else Wait(subscription, stopping);
        }
    }

    /// <summary>Those who are further behind than memory reaches wait for the log to be read again.</summary>
    private void MoveOlder(SubscriptionIndex index)
    {
        var from = log.From;
        var older = index.All.Where(subscription => subscription.Position < from).ToList();
        index.Remove(older);
        foreach (var subscription in older) _older.Writer.TryWrite(subscription);
    }

    private async Task DeliverAsync(IReadOnlyList<LoggedChange> batch, SubscriptionIndex index, CancellationToken stopping)
    {
        var full = await delivery.DeliverAsync(batch, index, stopping);
        index.Remove(full);
        foreach (var subscription in full) Wait(subscription, stopping);
        Advance(index, batch[^1].Cursor);
    }

    /// <summary>Serves those to whom it does not, beside the others: who missed a moment does not wait for those who missed ten minutes.</summary>
    public async Task RunOlderAsync(CancellationToken stopping)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (await _older.Reader.WaitToReadAsync(stopping))
        {
            var index = TakeAll(_older.Reader);
            index.Refresh();
            if (index.All.Count == 0) continue;
            try
            {
                await ReplayAsync(index, stopping);
                pause = TimeSpan.FromMilliseconds(100);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException or ObjectDisposedException
                || (e is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                // PostgreSQL went away, or has no slot or connection to spare at the moment: they go on from where they are.
                Log.ReplayFailed(logger, e is PostgresException refused ? refused.MessageText : e.Message, pause.TotalSeconds);
                await Task.Delay(pause, stopping);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
            foreach (var subscription in index.All) Enter(subscription);
        }
    }

    /// <summary>Takes those of the index on until memory reaches back to them. Those who leave it meanwhile are seen to.</summary>
    private async Task ReplayAsync(SubscriptionIndex index, CancellationToken stopping)
    {
        var oldest = await replay.OldestAsync(stopping);
        foreach (var subscription in index.All)
            if (subscription.Position < oldest) subscription.Finish(EndReason.ResyncRequired);
        index.Refresh();
        if (index.All.Count == 0) return;
        await foreach (var stretch in replay.ReadAsync(index.All.Min(subscription => subscription.Position), Dispatcher.BatchSize, stopping))
        {
            if (stretch.Changes.Count > 0) await DeliverPatientlyAsync(stretch.Changes, index, stopping);
            Advance(index, stretch.End);
            index.Refresh();
            if (index.All.Count == 0) return;
        }
    }

    /// <summary>
    /// To read the log again is dear, all the more within a large transaction, which is decoded from its begin each time. So the pass waits for those
    /// whose buffers are full: for a moment, and where nobody else waits for it as long as they take.
    /// </summary>
    private async Task DeliverPatientlyAsync(IReadOnlyList<LoggedChange> batch, SubscriptionIndex index, CancellationToken stopping)
    {
        var since = Environment.TickCount64;
        var full = await delivery.DeliverAsync(batch, index, stopping);
        while (full.Count > 0)
        {
            using (var courtesy = CancellationTokenSource.CreateLinkedTokenSource(stopping))
            {
                courtesy.CancelAfter(s_courtesy);
                await Task.WhenAll(full.Select(Task (subscription) => subscription.RoomAsync(_longestStall, courtesy.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            stopping.ThrowIfCancellationRequested();
            index.Refresh();
            full = [.. full.Where(index.Contains)];
            var late = full.Where(subscription => !subscription.HasRoom).ToList();
            var alone = late.Count == index.All.Count && _older.Reader.Count == 0 && Environment.TickCount64 - since < _longestStall.TotalMilliseconds;
            if (late.Count > 0 && alone) continue;
            index.Remove(late);
            foreach (var subscription in late) Wait(subscription, stopping);

            var again = new SubscriptionIndex();
            foreach (var subscription in full.Except(late))
            {
                subscription.GoOn();
                again.Add(subscription);
            }
            since = Environment.TickCount64;
            full = await delivery.DeliverAsync(batch, again, stopping);
        }
    }

    private async Task WaitAsync(ChangeSubscription subscription, CancellationToken stopping)
    {
        try
        {
            if (!await subscription.RoomAsync(_longestStall, stopping)) subscription.Finish(EndReason.TooSlow);
            subscription.GoOn();
            if (subscription.End is null) Enter(subscription);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops, and ends every subscription.
        }
    }

    private static void Advance(SubscriptionIndex index, Cursor to)
    {
        foreach (var subscription in index.All)
            if (to > subscription.Position) subscription.Position = to;
    }

    private static SubscriptionIndex TakeAll(ChannelReader<ChangeSubscription> waiting)
    {
        var index = new SubscriptionIndex();
        while (waiting.TryRead(out var subscription)) index.Add(subscription);
        return index;
    }
}
