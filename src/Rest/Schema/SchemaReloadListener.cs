using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Rest.Schema;

/// <summary>
/// Keeps the schema cache in step with the database: loads it, then reloads on <c>NOTIFY pgrst</c> and on SIGUSR1 and SIGUSR2
/// (PostgREST, Schema Cache Reloading). Of a burst the first is served at once and the rest by one reload after it. Over a lost
/// connection it comes back by itself, waiting up to 32 s between attempts, and reloads, since notifications were missed.
/// It holds one connection of the pool; transaction-mode poolers know no LISTEN, so that it needs a direct one.
/// </summary>
public sealed class SchemaReloadListener(NpgsqlDataSource database, SchemaCacheStore store, ILogger<SchemaReloadListener> logger) : BackgroundService
{
    /// <summary>The channel on which PostgREST listens (db-channel, its default).</summary>
    public const string Channel = "pgrst";

    /// <summary>Notifications closer together than this belong to one burst.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a silent connection is asked whether it still lives.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(32);

    private volatile string? _cause;
    private CancellationTokenSource _wake = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var first = OnSignal(Signal.Usr1, "SIGUSR1");
        using var second = OnSignal(Signal.Usr2, "SIGUSR2");
        var pause = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => pause = TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                SchemaLog.ReloadFailed(logger, error, pause.TotalSeconds);
                await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(Action settled, CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        connection.Notification += (_, notification) => Ask($"NOTIFY {notification.Channel}, '{notification.Payload}'", notification.Payload);
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection)) await listen.ExecuteNonQueryAsync(stopping);
        SchemaLog.Listening(logger, Channel);
        try
        {
            // Listening first: what changes from here on is told, and what changed before is read.
            _cause = "a new connection";
            while (true)
            {
                if (_cause is { } cause)
                {
                    _cause = null;
                    await ReloadAsync(cause, stopping);
                    settled();
                    await SettleAsync(connection, stopping);
                    continue;
                }
                if (await WaitAsync(connection, Silence, stopping) || _cause is not null) continue;
                await using var ping = new NpgsqlCommand("select 1", connection);
                await ping.ExecuteNonQueryAsync(stopping);
            }
        }
        finally
        {
            // The pool resets nothing: another user of this connection shall not hear what is meant for us.
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await using var unlisten = new NpgsqlCommand("unlisten *", connection);
                await unlisten.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>Waits until a burst is over; what it asked for stays asked for.</summary>
    private static async Task SettleAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        while (await connection.WaitAsync(Quiet, stopping))
        {
        }
    }

    /// <summary>True once something was heard, false after <paramref name="longest"/>. A signal ends the wait as well.</summary>
    private async Task<bool> WaitAsync(NpgsqlConnection connection, TimeSpan longest, CancellationToken stopping)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stopping, _wake.Token);
        try
        {
            return await connection.WaitAsync(longest, woken.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            _wake.Dispose();
            _wake = new();
            return true;
        }
    }

    private async Task ReloadAsync(string cause, CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();
        await store.ReloadAsync(stopping);
        if (store.Current is { } schema)
            SchemaLog.Reloaded(logger, cause, schema.Tables.Count, schema.Routines.Count, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    /// <summary>An empty payload asks for both reloads; that of the configuration concerns the roles' settings, which the cache holds.</summary>
    private void Ask(string cause, string payload)
    {
        if (payload is "" or "reload schema" or "reload config") _cause = cause;
    }

    private enum Signal { Usr1, Usr2 }

    private PosixSignalRegistration? OnSignal(Signal signal, string name)
    {
        // .NET names no user signals but takes their numbers (signal(7)): they differ between Linux and the BSDs.
        int? number = (signal, OperatingSystem.IsLinux(), OperatingSystem.IsMacOS()) switch
        {
            (Signal.Usr1, true, _) => 10,
            (Signal.Usr2, true, _) => 12,
            (Signal.Usr1, _, true) => 30,
            (Signal.Usr2, _, true) => 31,
            _ => null,
        };
        if (number is null) return null;
        return PosixSignalRegistration.Create((PosixSignal)number.Value, context =>
        {
            context.Cancel = true;
            _cause = name;
            _wake.Cancel();
        });
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }
}
