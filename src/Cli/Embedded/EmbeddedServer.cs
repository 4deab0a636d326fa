using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Hedgerow.Cli.Embedded;

/// <summary>What an embedded server is started with.</summary>
public sealed record EmbeddedServerOptions
{
    /// <summary>The state folder: it holds the server's home, or says where that is. Made when absent.</summary>
    public required string State { get; init; }

    /// <summary>The password of the superuser <c>postgres</c>; it must be the one the cluster was made with.</summary>
    public required string Password { get; init; }

    /// <summary>Programs to use rather than the pinned ones from npm: a folder with <c>bin/postgres</c>, such as <c>/usr/lib/postgresql/15</c>.</summary>
    public string? Programs { get; init; }

    /// <summary>Settings for this run, above those of <c>postgresql.conf</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// A PostgreSQL of our own: installed, initialised, started, started again when it dies (after 0.2 s, then twice as long each time, at most 10 s),
/// and stopped on dispose. It never outlives the process by design, and what a crash leaves behind is put in order at the next start.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    /// <summary>Where the search for a free port begins: the port of a local Supabase's database.</summary>
    private const int FirstPort = 54322;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60); // recovery after a crash is included
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(15);

    private readonly PostgresPrograms _programs;
    private readonly EmbeddedServerOptions _options;
    private readonly IProgress<string> _progress;
    private readonly CancellationTokenSource _stopping = new();
    private PostgresProcess _process;
    private readonly Task _supervision;

    private EmbeddedServer(
        PostgresPrograms programs, ServerHome home, int port, EmbeddedServerOptions options, PostgresProcess process, IProgress<string> progress)
    {
        (_programs, Home, Port, _options, _process, _progress) = (programs, home, port, options, process, progress);
        _supervision = SuperviseAsync();
    }

    public ServerHome Home { get; }

    public PostgresPrograms Programs => _programs;

    /// <summary>On 127.0.0.1, and in the name of the unix socket.</summary>
    public int Port { get; }

    /// <summary>The postmaster's process id; another one after a restart.</summary>
    public int Pid => _process.Pid;

    /// <summary>The superuser's login to the database <c>postgres</c>, over 127.0.0.1.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Password = _options.Password,
        Database = "postgres",
    }.ConnectionString;

    /// <summary>Installs, initialises and starts what is not yet there, and returns once the server takes connections.</summary>
    /// <exception cref="CommandFailure">It could not be installed or does not start.</exception>
    public static async Task<EmbeddedServer> StartAsync(
        EmbeddedServerOptions options, IProgress<string> progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(options.State);
        var home = await ServerHome.ForAsync(options.State, progress, cancellation);
        var programs = options.Programs is { } folder
            ? new PostgresPrograms(folder)
            : await PostgresPrograms.InstallAsync(home.Folder, Checkout.Root, progress, cancellation);
        if (!DataDirectory.Exists(home.Data))
            await DataDirectory.CreateAsync(programs, home, options.Password, progress, cancellation);
        await new LeftOver(home).ClearAsync(progress, cancellation);

        var patience = Stopwatch.StartNew();
        for (var port = await PortAsync(home, cancellation); ; port = NextFreePort(port + 1))
        {
            try
            {
                var process = await RunAsync(programs, home, port, options, patience, cancellation);
                await File.WriteAllTextAsync(home.PortFile, port.ToString(CultureInfo.InvariantCulture), cancellation);
                return new EmbeddedServer(programs, home, port, options, process, progress);
            }
            catch (CommandFailure) when (!IsFree(port) && patience.Elapsed < StartPatience)
            {
                // Another took it since it was looked at. PostgreSQL's own words on that are in its log already.
                progress.Report($"Port {port} is taken; PostgreSQL takes another");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested) await StopAsync();
        _stopping.Dispose();
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        await PostgresProcess.ShutDownAsync(_process.Pid, _process.Exited);
    }

    /// <summary>Starts the server and waits until it takes connections. Where the remains of a killed one are still ending, it tries again.</summary>
    private static async Task<PostgresProcess> RunAsync(
        PostgresPrograms programs, ServerHome home, int port, EmbeddedServerOptions options, Stopwatch patience, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "-p", port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={home.Sockets}",
            .. options.Settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]),
        ];
        while (true)
        {
            var process = await PostgresProcess.StartAsync(programs, home, arguments);
            while (!process.Exited.IsCompleted)
            {
                if (DataDirectory.Postmaster(home.Data) is { Ready: true } postmaster && postmaster.Pid == process.Pid) return process;
                if (cancellation.IsCancellationRequested || patience.Elapsed > StartPatience)
                {
                    await PostgresProcess.ShutDownAsync(process.Pid, process.Exited);
                    cancellation.ThrowIfCancellationRequested();
                    throw NotStarted(process, home);
                }
                await Task.WhenAny(process.Exited, Task.Delay(PollEvery, cancellation));
            }
            var remains = process.Said.Contains("lock file", StringComparison.Ordinal) || process.Said.Contains("shared memory block", StringComparison.Ordinal);
            if (!remains || patience.Elapsed > StartPatience) throw NotStarted(process, home);
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }
    }

    private static CommandFailure NotStarted(PostgresProcess process, ServerHome home) =>
        new($"PostgreSQL does not start:\n{process.Said}", $"Its log is in {home.Log}.");

    private async Task SuperviseAsync()
    {
        var pause = TimeSpan.FromMilliseconds(200);
        var stopping = Task.Delay(Timeout.Infinite, _stopping.Token);
        while (await Task.WhenAny(_process.Exited, stopping) != stopping)
        {
            _progress.Report($"PostgreSQL ended unexpectedly (exit code {await _process.Exited}); starting it again in {pause.TotalSeconds:0.#} s");
            if (await Task.WhenAny(Task.Delay(pause), stopping) == stopping) return;
            var patience = Stopwatch.StartNew();
            try
            {
                _process = await RunAsync(_programs, Home, Port, _options, patience, _stopping.Token);
                _progress.Report("PostgreSQL is running again");
                pause = TimeSpan.FromMilliseconds(200);
            }
            catch (CommandFailure e)
            {
                _progress.Report(e.Cause);
                pause = TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2, LongestPause.TotalSeconds));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>The port of the last run while it is free, so that a database URL stays good; else the first free one.</summary>
    private static async Task<int> PortAsync(ServerHome home, CancellationToken cancellation) =>
        File.Exists(home.PortFile) && int.TryParse(await File.ReadAllTextAsync(home.PortFile, cancellation), CultureInfo.InvariantCulture, out var port) && IsFree(port)
            ? port
            : NextFreePort(FirstPort);

    private static int NextFreePort(int from)
    {
        for (var port = from; port <= IPEndPoint.MaxPort; port++)
            if (IsFree(port))
                return port;
        throw new CommandFailure($"No port from {from} upwards is free for PostgreSQL.", "Stop what uses them.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
