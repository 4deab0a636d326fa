using System.Runtime.CompilerServices;
using Hedgerow.Realtime.Wal;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Delivery;

/// <summary>What was read of the log again.</summary>
/// <param name="Changes">In the order of their cursors; none where the log says nothing for a while.</param>
/// <param name="End">There are no others up to here.</param>
public sealed record ReplayedStretch(IReadOnlyList<LoggedChange> Changes, Cursor End);

/// <summary>Reads the write-ahead log again, from a place that memory does not reach, through a slot of its own that ends with the reading.</summary>
public sealed class Replay(RealtimeDatabase database, Slots slots, WalReader reader, ChangeLog log, ILogger<Replay> logger)
{
    /// <summary>A quiet stretch of log brings nothing: whether memory is reached is looked at this often.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it is looked whether what is being read is still to be kept.</summary>
    private static readonly TimeSpan s_retentionInterval = TimeSpan.FromSeconds(5);

    /// <summary>The place from which on everything can be read again: what is before is told to nobody any more.</summary>
    public async Task<Cursor> OldestAsync(CancellationToken cancellation)
    {
        if (await slots.OldestAsync(cancellation) is { } oldest) return Cursor.Before(oldest);
        Log.LogGone(logger, log.From.ToString());
        return log.From;
    }

    /// <summary>
    /// What was committed after <paramref name="after"/>, up to where the <see cref="ChangeLog"/> goes on. It ends before where its reader is so slow that
    /// the log is not to be kept any longer. While it lasts the server keeps the log from what was last handed out.
    /// </summary>
    /// <exception cref="NpgsqlException">The server is away, or has no slot or connection to spare.</exception>
    /// <exception cref="InvalidOperationException">No slot holds the log from there on.</exception>
    public async IAsyncEnumerable<ReplayedStretch> ReadAsync(Cursor after, int size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        RealtimeMetrics.Replays.Add(1);
        var from = new NpgsqlLogSequenceNumber(after.Commit);
        var slot = await slots.ClaimAsync("replay", from, new HashSet<string>(), cancellation)
            ?? throw new InvalidOperationException($"No slot holds the log from {from} on.");
        try
        {
            var publications = await reader.PublicationsAsync(cancellation);
            await using var stream = await WalStream.OpenAsync(database.ConnectionString, cancellation);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await using var messages = stream.ReadAsync(slot.Name, from, publications, ending.Token).GetAsyncEnumerator(ending.Token);
            var next = messages.MoveNextAsync().AsTask();
            try
            {
                var checkedAt = Environment.TickCount64;
                var target = reader.Position;
                Cursor EndOf(List<LoggedChange> batch) => batch.Count > 0 && batch[^1].Cursor is var last && last > Cursor.Before(stream.Position) ? last : Cursor.Before(stream.Position);
                while (true)
                {
                    var batch = new List<LoggedChange>(size);
                    // Memory may begin within the transaction that is being read: on both sides positions are before it then.
                    while (batch.Count < size && (stream.Position < target || EndOf(batch) < log.From))
                    {
                        if (!next.IsCompleted && await Task.WhenAny(next, Task.Delay(s_quiet, cancellation)) != next) break;
                        if (!await next) yield break;
                        if (messages.Current is WalMessage.Change { Row: var row } && row.Cursor > after && row.Relation.Name != WalReader.Messages) batch.Add(row);
                        next = messages.MoveNextAsync().AsTask();
                    }
                    var end = EndOf(batch);
                    yield return new ReplayedStretch(batch, end);
                    if (stream.Position >= target && end >= log.From) yield break;
                    stream.Release(new NpgsqlLogSequenceNumber(end.Commit));
                    if (Environment.TickCount64 - checkedAt < s_retentionInterval.TotalMilliseconds) continue;
                    if (await OldestAsync(cancellation) > end) yield break;
                    checkedAt = Environment.TickCount64;
                }
            }
            finally
            {
                // A connection that is being read from cannot be closed in order.
                await ending.CancelAsync();
                await next.ContinueWith(_ => { }, TaskScheduler.Default);
            }
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
