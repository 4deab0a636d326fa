using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>
/// Lets the retention slot follow at the distance that is configured, in time and in bytes, whichever is shorter, and looks after partitions. Every
/// gateway does so: what they want is nearly the same, and a slot only moves forward. Since the log holds no times, a gateway that was started again
/// knows the past from then on, and keeps up to twice the time for a while; never more bytes.
/// </summary>
public sealed class Retention(RealtimeDatabase database, Slots slots, RealtimeOptions options, ILogger<Retention> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_partitionInterval = TimeSpan.FromHours(1);

    private readonly Queue<(long At, NpgsqlLogSequenceNumber End)> _past = new();

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_interval);
        var partitionsAt = long.MinValue;
        do
        {
            try
            {
                if (partitionsAt == long.MinValue || Environment.TickCount64 - partitionsAt > s_partitionInterval.TotalMilliseconds)
                {
                    await database.ExecuteAsync("select realtime.make_message_partitions(); select realtime.drop_old_messages()", stopping);
                    partitionsAt = Environment.TickCount64;
                }
                await MoveAsync(stopping);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
            {
                if (stopping.IsCancellationRequested) return;
                Log.UpkeepFailed(logger, e is PostgresException refused ? refused.MessageText : e.Message);
            }
        } while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task MoveAsync(CancellationToken stopping)
    {
        await slots.EnsureRetentionAsync(stopping);
        var (now, end) = (Environment.TickCount64, await slots.EndOfLogAsync(stopping));
        _past.Enqueue((now, end));
        NpgsqlLogSequenceNumber from = default;
        while (_past.TryPeek(out var oldest) && now - oldest.At > options.RetentionSeconds * 1000L) from = _past.Dequeue().End;
        var bytes = (ulong)options.RetentionMegabytes << 20;
        if ((ulong)end > bytes && (ulong)end - bytes > (ulong)from) from = new((ulong)end - bytes);
        await slots.RetainAsync(from, stopping);
    }
}
