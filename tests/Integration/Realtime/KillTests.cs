using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Hedgerow.Cli;
using Hedgerow.Gateway;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Tests.Integration.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>A PostgreSQL of its own, which is killed while changes are written and followed. At scale: <c>./hedgerow bench realtime</c>.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task Nothing_is_lost_nor_doubled_when_postgresql_is_killed_under_load()
    {
        await using var world = await World.StartAsync();
        await using var gateway = await world.GatewayAsync();
        await using var client = await PhoenixClient.ConnectAsync(gateway.Url, world.Token);
        await client.SubscribeAsync("realtime:kills", world.Token, Notes);
        using var enough = new CancellationTokenSource();
        var writing = world.WriteAsync(enough.Token);
        var got = new List<int>();

        for (var kill = 0; kill < 3; kill++)
        {
            await ReceiveAsync(client, got, 150);
            await world.KillServerAsync();
        }
        await ReceiveAsync(client, got, 150);
        await enough.CancelAsync();
        var written = await writing;
        await ReceiveAsync(client, got, written.Count - got.Count);

        Assert.Equal(written, got);
    }

    [Fact]
    public async Task Nothing_is_lost_nor_doubled_when_a_client_goes_from_gateway_to_gateway_under_load()
    {
        await using var world = await World.StartAsync();
        using var enough = new CancellationTokenSource();
        var got = new List<int>();
        string? cursor = null;
        Task<List<int>>? writing = null;

        // Each gateway but the last ends with changes under way to the client; what it had not got is asked of the next.
        for (var gateways = 0; gateways < 4; gateways++)
        {
            await using var gateway = await world.GatewayAsync();
            await using var client = await PhoenixClient.ConnectAsync(gateway.Url, world.Token);
            var subscribed = await client.SubscribeAsync("realtime:moves", world.Token, Notes, cursor);
            cursor ??= (string)subscribed["cursor"]!;
            writing ??= world.WriteAsync(enough.Token);
            cursor = await ReceiveAsync(client, got, 150);
            if (gateways < 3) continue;
            await enough.CancelAsync();
            await ReceiveAsync(client, got, (await writing).Count - got.Count);
        }

        Assert.Equal(await writing!, got);
    }

    [Fact]
    public async Task A_replay_that_postgresql_has_no_slot_for_is_tried_again_and_harms_nobody()
    {
        await using var world = await World.StartAsync(("max_replication_slots", "3"));
        await using var gateway = await world.GatewayAsync(("Realtime:RecentMegabytes", "1"));
        string cursor;
        await using (var client = await PhoenixClient.ConnectAsync(gateway.Url, world.Token))
        {
            var joined = await client.SubscribeAsync("realtime:refused", world.Token, Notes);
            cursor = (string)joined["cursor"]!;
            await world.WriteManyAsync(1, 3000);
            for (var id = 1; id <= 3000; id++) Assert.Equal(id, (int)(await client.ChangeAsync())["record"]!["id"]!);
        }
        await world.TakeTheLastSlotAsync("the_last_one");

        await using var again = await PhoenixClient.ConnectAsync(gateway.Url, world.Token);
        await again.SubscribeAsync("realtime:refused", world.Token, Notes, cursor);
        while (!gateway.Warnings.Any(warning => warning.StartsWith("Realtime could not read the log again", StringComparison.Ordinal))) await Task.Delay(20);
        await using var other = await PhoenixClient.ConnectAsync(gateway.Url, world.Token);
        await other.SubscribeAsync("realtime:other", world.Token, Notes);
        await world.WriteManyAsync(3001, 3001);
        Assert.Equal(3001, (int)(await other.ChangeAsync())["record"]!["id"]!);
        await world.ExecuteAsync("select pg_drop_replication_slot('the_last_one')");

        var got = new List<int>();
        await ReceiveAsync(again, got, 3001);
        Assert.Equal(Enumerable.Range(1, 3001), got);
    }

    [Fact]
    public async Task Without_logical_wal_realtime_is_off_with_one_warning_and_the_rest_runs()
    {
        await using var world = await World.StartAsync(("wal_level", "replica"));
        await using var gateway = await world.GatewayAsync();
        using var http = new HttpClient { BaseAddress = gateway.Url };

        HttpStatusCode status;
        do status = (await http.PostAsync("/realtime/v1/api/broadcast", null)).StatusCode; while (status == HttpStatusCode.Unauthorized);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/rest/v1/")).StatusCode);
        Assert.Single(gateway.Warnings, warning => warning.Contains("wal_level=replica", StringComparison.Ordinal));
    }

    private static object Notes => new { @event = "INSERT", schema = "public", table = "notes" };

    /// <summary>Takes so many changes more; returns the last one's cursor.</summary>
    private static async Task<string> ReceiveAsync(PhoenixClient client, List<int> got, int more)
    {
        var cursor = "";
        for (; more > 0; more--)
        {
            var change = await client.ChangeAsync();
            got.Add((int)change["record"]!["id"]!);
            cursor = (string)change["cursor"]!;
        }
        return cursor;
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly OwnServer _server;
        private readonly Guid _owner = Guid.NewGuid();

        private World(OwnServer server) => _server = server;

        public string Token => TestTokens.For(_owner, TimeSpan.FromHours(1));

        public static async Task<World> StartAsync(params (string Name, string Value)[] settings)
        {
            var server = await OwnServer.StartAsync(settings);
            var world = new World(server);
            await DatabaseSetup.RunAsync(server.ConnectionString, new SetupOptions(Path.Combine(Checkout.Root, "sql"), ["icreatetechs"]) { LoginSecret = TestPlatform.LoginSecret });
            await RealtimeWorld.MakeNotesAsync(world.ExecuteAsync);
            return world;
        }

        public async Task<RunningGateway> GatewayAsync(params (string Name, string Value)[] settings) => await RunningGateway.StartAsync(_server.ConnectionString, settings);

        /// <summary>Waits while a replay has it.</summary>
        public async Task TakeTheLastSlotAsync(string name)
        {
            while (true)
            {
                try
                {
                    await ExecuteAsync($"select pg_create_physical_replication_slot('{name}')");
                    return;
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ConfigurationLimitExceeded)
                {
                    await Task.Delay(20);
                }
            }
        }

        public Task WriteManyAsync(int first, int last) =>
            ExecuteAsync($"insert into public.notes (id, owner, body) select n, '{_owner}', repeat('x', 1000) from generate_series({first}, {last}) n");

        public Task KillServerAsync() => _server.KillAsync();

        /// <summary>Writes one note after the other until it is enough; returns those that the table holds in the end, in their order.</summary>
        public async Task<List<int>> WriteAsync(CancellationToken enough)
        {
            for (var id = 1; !enough.IsCancellationRequested; id++)
            {
                while (true)
                {
                    try
                    {
                        // Whether a commit whose answer was lost has happened is seen by doing it again.
                        await ExecuteAsync($"insert into public.notes (id, owner) values ({id}, '{_owner}') on conflict do nothing");
                        break;
                    }
                    catch (Exception e) when (e is NpgsqlException or IOException)
                    {
                        await Task.Delay(20, CancellationToken.None);
                    }
                }
            }
            await using var connection = new NpgsqlConnection(_server.ConnectionString);
            await connection.OpenAsync(CancellationToken.None);
            await using var all = new NpgsqlCommand("select id from public.notes order by id", connection);
            var ids = new List<int>();
            await using var row = await all.ExecuteReaderAsync(CancellationToken.None);
            while (await row.ReadAsync(CancellationToken.None)) ids.Add(row.GetInt32(0));
            return ids;
        }

        public Task ExecuteAsync(string sql) => _server.ExecuteAsync(sql);

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }

    private sealed class RunningGateway : IAsyncDisposable, ILoggerProvider, ILogger
    {
        private WebApplication _application = null!;

        public Uri Url => new(_application.Urls.First());

        public ConcurrentBag<string> Warnings { get; } = [];

        public static async Task<RunningGateway> StartAsync(string database, params (string Name, string Value)[] settings)
        {
            var gateway = new RunningGateway();
            gateway._application = GatewayHost.Build(
                new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
                {
                    ["Gateway:Urls"] = "http://127.0.0.1:0",
                    ["Db:Url"] = database,
                    ["Db:LoginSecret"] = TestPlatform.LoginSecret,
                    ["Jwt:Secret"] = TestPlatform.JwtSecret,
                }).Build(),
                log => log.AddProvider(gateway));
            await gateway._application.StartAsync();
            return gateway;
        }

        public async ValueTask DisposeAsync()
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }

        ILogger ILoggerProvider.CreateLogger(string categoryName) => this;
        IDisposable? ILogger.BeginScope<TState>(TState state) => null;
        bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;
        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Warnings.Add(formatter(state, exception));
        void IDisposable.Dispose()
        {
        }
    }
}
