using System.Globalization;
using Hedgerow.Cli;
using Hedgerow.Cli.Embedded;
using Npgsql;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// One PostgreSQL for the whole run, on a free port: the embedded one, or with <c>HEDGEROW_TEST_PG=15</c> Debian's of that version. It keeps
/// nothing (fsync is off), starts with the first test that asks, and ends with the process; what a killed run leaves is cleared by the next.
/// </summary>
public sealed class TestServer
{
    private const string Password = "tests";

    private static readonly Lazy<Task<TestServer>> Running = new(StartAsync);

    private readonly EmbeddedServer _server;

    private TestServer(EmbeddedServer server) => _server = server;

    /// <summary>The run's server; the first call starts it, which takes about two seconds (and once per machine, the time of an npm install).</summary>
    public static Task<TestServer> GetAsync() => Running.Value;

    public int Port => _server.Port;

    /// <summary>The folder of the server's programs, for tests that start servers of their own.</summary>
    public string Programs => _server.Programs.Folder;

    /// <summary>A superuser's connection string to <paramref name="database"/>.</summary>
    public string ConnectionString(string database = "postgres") =>
        new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = database, IncludeErrorDetail = true }.ConnectionString;

    /// <summary>Runs one statement as superuser, outside any transaction.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString()) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    // One folder a user, because two users may run the tests of two clones on one machine.
    private static string Cache { get; } = Path.Combine(Path.GetTempPath(), $"hedgerow-tests-{Environment.UserName}");

    private static async Task<TestServer> StartAsync()
    {
        var quiet = new Progress<string>();
        Directory.CreateDirectory(Cache);
        ClearLeftOvers();
        var programs = Environment.GetEnvironmentVariable("HEDGEROW_TEST_PG") is { Length: > 0 } version
            ? $"/usr/lib/postgresql/{version}"
            : (await PostgresPrograms.InstallAsync(Cache, Checkout.Root, quiet, CancellationToken.None)).Folder;
        var run = Path.Combine(Cache, $"run-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        var server = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions
            {
                State = run,
                Password = Password,
                Programs = programs,
                Settings = new Dictionary<string, string>
                {
                    ["fsync"] = "off",
                    ["synchronous_commit"] = "off",
                    ["full_page_writes"] = "off",
                    ["max_connections"] = "300",
                    ["max_replication_slots"] = "100",
                    ["max_wal_senders"] = "100",
                },
            },
            quiet, CancellationToken.None);
        // The test host is killed a moment after it says that it ends: no time for a shutdown, nor for deleting the folder.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Signals.Send(server.Pid, Signals.Quit);
        return new TestServer(server);
    }

    private static void ClearLeftOvers()
    {
        foreach (var run in Directory.GetDirectories(Cache, "run-*"))
        {
            var owner = int.Parse(Path.GetFileName(run)["run-".Length..], CultureInfo.InvariantCulture);
            if (owner != Environment.ProcessId && Signals.Runs(owner, "")) continue; // its own number was another run's before
            if (DataDirectory.Postmaster(Path.Combine(run, "postgres", "data")) is { } left && Signals.Runs(left.Pid, "postgres"))
                Signals.Send(left.Pid, Signals.Quit);
            try
            {
                Directory.Delete(run, recursive: true);
            }
            catch (IOException)
            {
                // Another run clears it at this moment, or its server still writes its last files: the next run finds the rest.
            }
        }
    }
}
