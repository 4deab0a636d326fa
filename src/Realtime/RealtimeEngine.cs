using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Topics;
using Hedgerow.Realtime.Wal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Realtime;

/// <summary>
/// Runs the parts of the room beside each other, from start to stop:
/// <code>
/// WAL ─ WalReader ─┬─ ChangeLog ─┬─ Dispatcher ─┬─ ChangeDelivery ─ ChangeSubscription ─┬─ Phoenix
///                  │             └─ CatchUp ────┘   (who may see it)                    └─ SignalR
///                  └─ TopicHub, PresenceTable ──────────────────────────────────────────┘
/// </code>
/// Where the server's <c>wal_level</c> does not allow for it, realtime is off and says so once.
/// </summary>
public sealed class RealtimeEngine(
    RealtimeDatabase database, WalReader reader, Retention retention, Dispatcher dispatcher, CatchUp catchUp, ChangeFeed feed, Backplane backplane,
    PresenceTable presence, IHostApplicationLifetime lifetime, ILogger<RealtimeEngine> logger) : BackgroundService
{
    private volatile bool _off, _failed;

    /// <summary>False where the server does not log what is needed, or after a fault of ours: every route answers 503.</summary>
    public bool Available => !_off && !_failed;

    /// <summary>False after a fault of ours: this gateway wants to be started again, and is not ready until then. The other rooms go on.</summary>
    public bool Healthy => !_failed;

    /// <summary>Protocols end their connections at once: the gateway is about to stop, and Kestrel would wait for them.</summary>
    public CancellationToken Closing => lifetime.ApplicationStopping;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (await LevelAsync(stopping) is var level && level != "logical")
        {
            if (stopping.IsCancellationRequested) return;
            _off = true;
            Log.WalLevelTooLow(logger, level);
            return;
        }
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // Streams end with their cursors before the sockets under them are closed.
        using var closing = Closing.Register(() => _ = feed.StopAsync(CancellationToken.None));
        var parts = new List<Task>();
        try
        {
            await FollowTablesAsync(stopping);
            parts.Add(reader.RunAsync(ending.Token));
            await Task.WhenAny(reader.Following, parts[0]);
            presence.Hello();
            parts.AddRange(
            [
                dispatcher.RunAsync(subscription => catchUp.Wait(subscription, ending.Token), ending.Token), catchUp.RunAsync(ending.Token),
                catchUp.RunOlderAsync(ending.Token), retention.RunAsync(ending.Token), feed.RunAsync(ending.Token),
                backplane.RunAsync(ending.Token), presence.RunAsync(ending.Token),
            ]);
            // None ends before the stop but by a fault.
            await await Task.WhenAny(parts);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (Exception e)
        {
            _failed = true;
            Log.EngineFailed(logger, e);
        }
        await ending.CancelAsync();
        foreach (var part in parts) await part.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Asks until PostgreSQL answers.</summary>
    private async Task<string> LevelAsync(CancellationToken stopping)
    {
        for (var pause = TimeSpan.FromMilliseconds(100); !stopping.IsCancellationRequested; pause = pause < TimeSpan.FromSeconds(5) ? pause * 2 : pause)
        {
            try
            {
                return await database.ScalarAsync<string>("select current_setting('wal_level')", stopping) ?? "";
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
            {
                if (stopping.IsCancellationRequested) break;
                Log.CheckFailed(logger, e.Message, pause.TotalSeconds);
                await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        return "";
    }

    /// <summary>Tables that were made while no event trigger looked.</summary>
    private async Task FollowTablesAsync(CancellationToken stopping)
    {
        try
        {
            await database.ExecuteAsync("select count(*) from realtime.follow_tables()", stopping);
        }
        catch (NpgsqlException e)
        {
            Log.UpkeepFailed(logger, e.Message);
        }
    }
}
