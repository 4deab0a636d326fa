using System.Collections.Concurrent;
using System.Globalization;
using Hedgerow.Cli;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// A database of a test's own: a clone of one that was migrated and given its policies once in this run, so it costs a tenth of a second.
/// Dropped on dispose. Roles belong to the cluster and are shared by all of them.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new();
    private static readonly SemaphoreSlim OneTemplate = new(1); // scripts alter roles, which are the cluster's
    private static int _last;

    private readonly TestServer _server;

    private TestDatabase(TestServer server, string name) => (_server, Name) = (server, name);

    public string Name { get; }

    /// <summary>A superuser's connection string.</summary>
    public string AdminConnectionString => _server.ConnectionString(Name);

    /// <summary>The platform with <paramref name="apps"/> (none named: all there are), policies applied, no rows but those that migrations write.</summary>
    public static async Task<TestDatabase> CreateAsync(params string[] apps)
    {
        var server = await TestServer.GetAsync();
        if (apps.Length == 0) apps = [.. ScriptFolder.Apps(Path.Combine(SqlFolder, "migrations"))];
        var template = await Templates.GetOrAdd(string.Join(',', apps), _ => new(() => MakeTemplateAsync(server, apps))).Value;
        return await MakeAsync(server, $"template {template}");
    }

    /// <summary>A database with nothing in it.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync() => await MakeAsync(await TestServer.GetAsync(), "template template0");

    /// <summary>Runs SQL as superuser; several statements may be given when there are no <paramref name="parameters"/>.</summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var connection = await OpenAdminAsync();
        await using var command = TestSession.Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row, as superuser; default where it is null or there is no row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var connection = await OpenAdminAsync();
        await using var command = TestSession.Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Asks, as superuser, until the answer is true; for at most three minutes.</summary>
    public async Task UntilAsync(string question)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var connection = await OpenAdminAsync();
        await using var command = TestSession.Command(connection, question, []);
        while (await command.ExecuteScalarAsync(patience.Token) is not true)
        {
        }
    }

    /// <summary>As if every call that is limited came in one moment: no window ends under way.</summary>
    public Task HoldRateClockAsync() => ExecuteAsync("""
        do $do$
        begin
          execute replace(pg_get_functiondef('hedgerow.take_rate(text, integer, interval, timestamptz)'::regprocedure), 'clock_timestamp()', $$'2026-01-01 12:00:30+00'::timestamptz$$);
        end $do$
        """);

    /// <summary>A superuser's connection, open.</summary>
    public async Task<NpgsqlConnection> OpenAdminAsync()
    {
        var connection = new NpgsqlConnection(AdminConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>
    /// A transaction as a request has it: role and claims (JSON text) set. What it does is undone on dispose, unless
    /// <see cref="TestSession.CommitAsync"/> was called.
    /// </summary>
    public async Task<TestSession> OpenAsync(string role, string claims = "{}") =>
        await TestSession.BeginAsync(await OpenAdminAsync(), role, claims);

    /// <summary>As <see cref="OpenAsync"/>, for a signed-in user.</summary>
    public Task<TestSession> OpenAsUserAsync(Guid user) =>
        OpenAsync("authenticated", $$"""{"sub":"{{user}}","role":"authenticated"}""");

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(AdminConnectionString)) NpgsqlConnection.ClearPool(connection);
        while (true)
        {
            // A reader of the log has ended a moment before the server notices, and until then the database cannot be dropped.
            await _server.ExecuteAsync($"select pg_terminate_backend(active_pid) from pg_replication_slots where database = {Sql.Literal(Name)} and active");
            try
            {
                await _server.ExecuteAsync($"drop database if exists {Name} with (force)");
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                await Task.Yield();
            }
        }
    }

    private static string SqlFolder { get; } = Path.Combine(Checkout.Root, "sql");

    private static async Task<string> MakeTemplateAsync(TestServer server, string[] apps)
    {
        var template = await MakeAsync(server, "template template0");
        await OneTemplate.WaitAsync();
        try
        {
            await DatabaseSetup.RunAsync(template.AdminConnectionString, new SetupOptions(SqlFolder, apps));
            return template.Name;
        }
        finally
        {
            OneTemplate.Release();
        }
    }

    private static async Task<TestDatabase> MakeAsync(TestServer server, string from)
    {
        var name = $"test_{Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture)}";
        await server.ExecuteAsync($"create database {Sql.Identifier(name)} {from}");
        return new TestDatabase(server, name);
    }
}
