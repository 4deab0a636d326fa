using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>
/// <c>hedgerow up</c> on a database of its own on the benchmark's PostgreSQL, as a process of its own, with a table to insert into. It sets the
/// passwords of the platform's logins: the PostgreSQL must be nobody else's.
/// </summary>
internal sealed class AuthServer : IAsyncDisposable
{
    private const string Database = "hedgerow_bench_auth";

    private const string Table = """
        create schema bench;
        grant usage on schema bench to authenticated;
        create table bench.log (id bigint generated always as identity primary key, item_id int not null, note text, at timestamptz not null default now());
        alter table bench.log enable row level security;
        create policy own on bench.log to authenticated using (true) with check (true);
        grant select, insert on bench.log to authenticated;
        notify pgrst, 'reload schema';
        """;

    private readonly Process _process;
    private readonly string _server;
    private readonly string _state;
    private int _postmaster;

    private AuthServer(Process process, string server, string state, IPEndPoint address, NpgsqlDataSource admin) =>
        (_process, _server, _state, Address, Admin) = (process, server, state, address, admin);

    public IPEndPoint Address { get; }

    /// <summary>A superuser's connections to the database.</summary>
    public NpgsqlDataSource Admin { get; }

    /// <summary>What <c>status</c> says.</summary>
    public string AnonKey { get; private set; } = "";

    /// <param name="url">A superuser's, to any database of the server.</param>
    public static async Task<AuthServer> StartAsync(string url, CancellationToken cancellation)
    {
        await using (var server = NpgsqlDataSource.Create(BenchUrl.ConnectionString(url)))
        {
            await ExecuteAsync(server, $"drop database if exists {Database} with (force)", cancellation);
            await ExecuteAsync(server, $"create database {Database}", cancellation);
        }
        var database = new UriBuilder(url) { Path = Database }.Uri.AbsoluteUri;
        var address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var state = Directory.CreateTempSubdirectory("hedgerow-bench-").FullName;
        var start = new ProcessStartInfo(Path.Combine(Clone.Root(), "hedgerow"), ["up", "--db", database, "--port", $"{address.Port}", "--state", state])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HEDGEROW_Rest__Schemas"] = "public,bench";
        // Every connection of the load is another person's, as the proxy in front of the platform would say. Limits are counted and not reached.
        start.Environment["HEDGEROW_Gateway__TrustedProxies"] = "127.0.0.1";
        foreach (var limit in (string[])["Token", "SignUp", "PasswordsPerAccount"]) start.Environment[$"HEDGEROW_Auth__RateLimits__{limit}"] = "100000000";
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var bench = new AuthServer(process, url, state, address, NpgsqlDataSource.Create(BenchUrl.ConnectionString(database)));
        try
        {
            await bench.ReadyAsync(cancellation);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Process.Start("kill", [$"{_process.Id}"]).WaitForExit();
            _process.WaitForExit(TimeSpan.FromSeconds(30));
        }
        _process.Dispose();
        await Admin.DisposeAsync();
        await using (var server = NpgsqlDataSource.Create(BenchUrl.ConnectionString(_server)))
            await ExecuteAsync(server, $"drop database if exists {Database} with (force)", CancellationToken.None);
        Directory.Delete(_state, recursive: true);
    }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{Address}") };
        var running = Path.Combine(_state, "running.json");
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(100, cancellation))
        {
            if (_process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(3)) throw new InvalidOperationException("hedgerow up did not become ready");
            if (!File.Exists(running)) continue;
            using var status = JsonDocument.Parse(await File.ReadAllTextAsync(running, cancellation));
            if (!status.RootElement.GetProperty("Ready").GetBoolean()) continue;
            AnonKey = status.RootElement.GetProperty("AnonKey").GetString()!;
            break;
        }
        await ExecuteAsync(Admin, Table, cancellation);
        await using var ask = Admin.CreateCommand("select pg_backend_pid()");
        _postmaster = BenchDatabase.Parent((int)(await ask.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>CPU time of the gateway, and of all of PostgreSQL's processes. The latter is zero where it runs on another machine.</summary>
    public (TimeSpan Hedgerow, TimeSpan Postgres) CpuTimes() => (ProcessTimes.Of(_process.Id), ProcessTimes.OfTree(_postmaster));

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
