using System.Diagnostics;
using System.Runtime.InteropServices;
using Hedgerow.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Rest.Schema;

/// <summary>
/// Keeps configuration and schema cache in step with the database: reads both, then again on <c>NOTIFY pgrst</c>, on SIGUSR1 (the schema, with the
/// configuration where the database may hold some of it) and on SIGUSR2 (the configuration; PostgREST, Listener, Schema Cache Reloading). Of a burst
/// the first is served at once and the rest by one reload after it. Over a lost connection it comes back by itself, waiting up to 32 s between
/// attempts, and reloads, since notifications were missed.
/// It holds one connection of the pool. Transaction-mode poolers and standbys know no LISTEN: there <see cref="RestOptions.ChannelEnabled"/> is
/// turned off, and signals remain.
/// </summary>
/// <param name="reloadConfiguration">Reads the configuration again; what it changes of REST holds when it returns.</param>
public sealed class ReloadListener(
    NpgsqlDataSource database, LiveRest rest, Func<CancellationToken, Task> reloadConfiguration, ILogger<ReloadListener> logger) : BackgroundService
{
    /// <summary>Notifications closer together than this belong to one burst.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a silent connection is asked whether it still lives.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(32);

    /// <param name="Text">For the log.</param>
    /// <param name="Configuration">Whether the configuration is meant; roles' settings are part of it and in the schema cache, which is read either way.</param>
    private sealed record Cause(string Text, bool Configuration);

    private readonly Lock _lock = new();
    private Cause? _cause;
    private CancellationTokenSource _wake = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var first = OnSignal(Signal.Usr1, new("SIGUSR1", Configuration: false));
        using var second = OnSignal(Signal.Usr2, new("SIGUSR2", Configuration: true));
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

    /// <summary>Over one connection; returns where the configuration names another channel than it began with.</summary>
    private async Task ListenAsync(Action settled, CancellationToken stopping)
    {
        var (channel, enabled) = (rest.Options.Channel, rest.Options.ChannelEnabled);
        await using var connection = enabled ? await SubscribeAsync(channel, stopping) : null;
        try
        {
            // Listening first: what changes from here on is told, and what changed before is read.
            Ask(new("a new connection", Configuration: true));
            while (rest.Options.Channel == channel && rest.Options.ChannelEnabled == enabled)
            {
                if (TakeCause() is { } cause)
                {
                    await ReloadAsync(cause, stopping);
                    settled();
                    if (connection is not null) await SettleAsync(connection, stopping);
                    continue;
                }
                if (await WaitAsync(connection, stopping) || connection is null) continue;
                await using var ping = new NpgsqlCommand("select 1", connection);
                await ping.ExecuteNonQueryAsync(stopping);
            }
        }
        finally
        {
            // The pool resets nothing: another user of this connection shall not hear what is meant for us.
            if (connection is { FullState: System.Data.ConnectionState.Open })
            {
                await using var unlisten = new NpgsqlCommand("unlisten *", connection);
                await unlisten.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    private async Task<NpgsqlConnection> SubscribeAsync(string channel, CancellationToken stopping)
    {
        var connection = await database.OpenConnectionAsync(stopping);
        try
        {
            connection.Notification += (_, heard) => Hear($"NOTIFY {heard.Channel}, '{heard.Payload}'", heard.Payload);
            await using var listen = new NpgsqlCommand($"listen {Hedgerow.Postgres.Sql.Identifier(channel)}", connection);
            await listen.ExecuteNonQueryAsync(stopping);
            SchemaLog.Listening(logger, channel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a burst is over; what it asked for stays asked for.</summary>
    private static async Task SettleAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        while (await connection.WaitAsync(Quiet, stopping))
        {
        }
    }

    /// <summary>True once something was heard, false after a long silence. A signal ends the wait as well.</summary>
    private async Task<bool> WaitAsync(NpgsqlConnection? connection, CancellationToken stopping)
    {
        CancellationToken wake;
        lock (_lock)
        {
            if (_cause is not null) return true;
            wake = _wake.Token;
        }
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stopping, wake);
        try
        {
            if (connection is not null) return await connection.WaitAsync(Silence, woken.Token);
            await Task.Delay(Timeout.Infinite, woken.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Woken: whoever did has left a cause.
        }
        return true;
    }

    private async Task ReloadAsync(Cause cause, CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();
        var options = rest.Options;
        // Where settings stand in the database they are part of what a change of its schema may have changed.
        if (cause.Configuration || options.DbConfig) await reloadConfiguration(stopping);
        // Other options came with a schema that was read just now.
        if (ReferenceEquals(options, rest.Options)) await rest.ReloadSchemaAsync(stopping);
        if (rest.Schema is not { } schema) return;
        SchemaLog.Reloaded(logger, cause.Text, schema.Tables.Count, schema.Routines.Count, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        if (!schema.MissingSchemas.IsEmpty) SchemaLog.SchemasMissing(logger, string.Join(", ", schema.MissingSchemas));
    }

    /// <summary>An empty payload asks for both reloads; others are not for us.</summary>
    private void Hear(string text, string payload)
    {
        if (payload is "" or "reload schema" or "reload config") Ask(new(text, Configuration: payload != "reload schema"));
    }

    private void Ask(Cause cause)
    {
        lock (_lock)
        {
            // Of two that wait the wider one must survive.
            _cause = cause with { Configuration = cause.Configuration || _cause is { Configuration: true } };
        }
    }

    private Cause? TakeCause()
    {
        lock (_lock)
        {
            var cause = _cause;
            _cause = null;
            return cause;
        }
    }

    private void Wake()
    {
        CancellationTokenSource sleeping;
        lock (_lock)
        {
            // Not disposed: whoever waits may just be linking to it.
            (sleeping, _wake) = (_wake, new());
        }
        sleeping.Cancel();
    }

    private enum Signal { Usr1, Usr2 }

    private PosixSignalRegistration? OnSignal(Signal signal, Cause cause)
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
            Ask(cause);
            Wake();
        });
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }
}
