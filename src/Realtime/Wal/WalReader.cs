using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>Where the reader hands out what is no row change for subscribers.</summary>
/// <param name="Emitted">A message of another gateway, or an echo of our own.</param>
/// <param name="Sent">A row that was inserted into <c>realtime.messages</c>.</param>
/// <param name="Gap">Changes were lost to this process: what it told so far may have a hole behind it.</param>
public sealed record WalHandlers(Action<WalMessage.Emitted> Emitted, Action<LoggedChange> Sent, Action Gap);

/// <summary>
/// The one reader of this process: follows the log into the <see cref="ChangeLog"/>, and comes back by itself where it stopped, whatever happened to
/// the connection or to PostgreSQL. A transaction that was read in part is read again from its begin; the part that is known is skipped by its cursor.
/// </summary>
public sealed class WalReader(RealtimeDatabase database, Slots slots, ChangeLog log, WalHandlers handlers, ILogger<WalReader> logger)
{
    public static readonly Hedgerow.Postgres.QualifiedName Messages = new("realtime", "messages");

    /// <summary>How long the slot stays behind: what a gateway that is started again finds at once for the clients that come back to it.</summary>
    private static readonly TimeSpan s_afterglow = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>A slot further behind than this (bytes) is not caught up with before following begins; replays reach back to it.</summary>
    private const ulong LongestCatchUp = 64 << 20;

    private readonly TaskCompletionSource _following = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Queue<(long At, NpgsqlLogSequenceNumber Position)> _positions = new();
    private NpgsqlLogSequenceNumber? _resumeFrom;

    // Broadcasts are for whoever is there at the moment: what a slot holds from before this process lived is none of its members'.
    private NpgsqlLogSequenceNumber _livesFrom, _lastEmitted;
    private Cursor _lastSent;
    private WalStream? _stream;
    private string? _slot;

    /// <summary>Ends once the reader has a place in the log: what is committed from then on will be read, whatever happens.</summary>
    public Task Following => _following.Task;

    /// <summary>Whether it is reading at this moment.</summary>
    public bool Connected => _stream is not null;

    /// <summary>The slot it reads; null before the first.</summary>
    public string? Slot => _slot;

    /// <summary>Where the log ended when this process began to follow it: what its slot holds from before is for those who come with a cursor.</summary>
    public NpgsqlLogSequenceNumber LivesFrom => _livesFrom;

    /// <summary>Everything committed below was handed out.</summary>
    public NpgsqlLogSequenceNumber Position => _stream?.Position ?? _resumeFrom ?? default;

    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(() => pause = TimeSpan.FromMilliseconds(100), stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                // Another gateway was quicker: the next number.
                if (_slot is not null) _taken.Add(_slot);
                continue;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException or OperationCanceledException or ObjectDisposedException)
            {
                if (stopping.IsCancellationRequested) break;
                Log.ReaderFailed(logger, e is PostgresException refused ? refused.MessageText : e.Message, pause.TotalSeconds);
            }
            _taken.Clear();
            await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
        // The slot stays: a gateway that is started again finds in it what its clients come back for.
    }

    /// <summary>The publications that exist; one that does not would end the stream.</summary>
    public async Task<string> PublicationsAsync(CancellationToken cancellation) =>
        await database.ScalarAsync<string>(
            "select string_agg(quote_ident(pubname), ',') from pg_publication where pubname in ('hedgerow_realtime', 'supabase_realtime', 'hedgerow_messages')",
            cancellation) ?? throw new InvalidOperationException("There is no publication hedgerow_realtime.");

    private async Task FollowAsync(Action connected, CancellationToken stopping)
    {
        await slots.EnsureRetentionAsync(stopping);
        var publications = await PublicationsAsync(stopping);
        var slot = await slots.ClaimAsync("reader", _resumeFrom, _taken, stopping);
        if (slot is null)
        {
            Log.LogGone(logger, _resumeFrom.ToString()!);
            _resumeFrom = null;
            handlers.Gap();
            return;
        }
        _slot = slot.Name;
        await using var stream = await WalStream.OpenAsync(database.ConnectionString, stopping);
        if (_resumeFrom is null)
        {
            var end = await slots.EndOfLogAsync(stopping);
            _resumeFrom = (ulong)end - (ulong)slot.Confirmed > LongestCatchUp ? end : slot.Confirmed;
            log.Restart(_resumeFrom.Value);
            _positions.Clear();
            _livesFrom = end;
        }
        var from = _resumeFrom.Value;
        Log.Following(logger, slot.Name, from.ToString());
        _following.TrySetResult();
        try
        {
            using var noting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var notes = NotePositionsAsync(stream, noting.Token);
            try
            {
                await foreach (var message in stream.ReadAsync(slot.Name, from, publications, stopping))
                {
                    _stream = stream;
                    connected();
                    await TakeAsync(message, stopping);
                }
            }
            finally
            {
                await noting.CancelAsync();
                await notes;
            }
        }
        finally
        {
            _resumeFrom = stream.Position;
            _stream = null;
        }
    }

    private ValueTask TakeAsync(WalMessage message, CancellationToken stopping)
    {
        switch (message)
        {
            case WalMessage.Change { Row: var row } when row.Relation.Name == Messages:
                RealtimeMetrics.ChangesRead.Add(1);
                if (row.Cursor <= _lastSent || row.Cursor.Commit < (ulong)_livesFrom) return ValueTask.CompletedTask;
                _lastSent = row.Cursor;
                handlers.Sent(row);
                return ValueTask.CompletedTask;
            case WalMessage.Change { Row: var row }:
                RealtimeMetrics.ChangesRead.Add(1);
                return row.Cursor > log.End ? log.AppendAsync(row, stopping) : ValueTask.CompletedTask;
            case WalMessage.Emitted emitted when emitted.At >= _livesFrom && emitted.At > _lastEmitted:
                _lastEmitted = emitted.At;
                handlers.Emitted(emitted);
                return ValueTask.CompletedTask;
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Notes once a second how far the reader is, and lets the slot follow fifteen seconds behind.</summary>
    private async Task NotePositionsAsync(WalStream stream, CancellationToken ending)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await second.WaitForNextTickAsync(ending))
            {
                var now = Environment.TickCount64;
                _positions.Enqueue((now, stream.Position));
                while (_positions.TryPeek(out var oldest) && now - oldest.At > s_afterglow.TotalMilliseconds) stream.Release(_positions.Dequeue().Position);
            }
        }
        catch (OperationCanceledException)
        {
            // The stream ended.
        }
    }
}
