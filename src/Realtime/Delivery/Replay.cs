using System.Runtime.CompilerServices;
using Hedgerow.Realtime.Wal;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Delivery;

/// <summary>Reads the write-ahead log again, from a place that memory does not reach, through a slot of its own that ends with the reading.</summary>
public sealed class Replay(RealtimeDatabase database, Slots slots, WalReader reader, ILogger<Replay> logger)
{
    /// <summary>A quiet stretch of log brings nothing: whether the reader's place is reached is looked at this often.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Batches of what was committed after <paramref name="after"/> and before <paramref name="target"/> (or somewhat later). Null in place of a batch:
    /// the log from there on is not kept.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<LoggedChange>?> ReadAsync(Cursor after, NpgsqlLogSequenceNumber target, int size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        RealtimeMetrics.Replays.Add(1);
        var from = new NpgsqlLogSequenceNumber(after.Commit);
        var slot = await slots.OldestAsync(cancellation) is { } oldest && oldest <= from
            ? await slots.ClaimAsync("replay", from, new HashSet<string>(), cancellation)
            : null;
        if (slot is null)
        {
            Log.LogGone(logger, from.ToString());
            yield return null;
            yield break;
        }
        try
        {
            var publications = await reader.PublicationsAsync(cancellation);
            await using var stream = await WalStream.OpenAsync(database.ConnectionString, cancellation);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await using var messages = stream.ReadAsync(slot.Name, from, publications, ending.Token).GetAsyncEnumerator(ending.Token);
            var batch = new List<LoggedChange>(size);
            var next = messages.MoveNextAsync().AsTask();
            while (stream.Position < target || batch.Count > 0)
            {
                if (!next.IsCompleted && await Task.WhenAny(next, Task.Delay(s_quiet, cancellation)) != next)
                {
                    if (batch.Count == 0) continue;
                    yield return batch;
                    batch = new List<LoggedChange>(size);
                    continue;
                }
                if (!await next) break;
                if (messages.Current is WalMessage.Change { Row: var row } && row.Cursor > after && row.Relation.Name != WalReader.Messages) batch.Add(row);
                next = messages.MoveNextAsync().AsTask();
                if (batch.Count < size) continue;
                yield return batch;
                batch = new List<LoggedChange>(size);
            }
            await ending.CancelAsync();
            await next.ContinueWith(_ => { }, TaskScheduler.Default);
        }
        finally
        {
            await DropAsync(slot.Name);
        }
    }

    private async Task DropAsync(string slot)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await slots.DropAsync(slot, patience.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // It is inactive then, and dropped by the upkeep as soon as it is older than what is kept.
            Log.UpkeepFailed(logger, e.Message);
        }
    }
}
