using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>A database that is busy, gone, or back: what is answered meanwhile, and that nobody has to restart anything (PostgREST, Connection Pool).</summary>
public sealed class AvailabilityTests
{
    private const string Schema = """
        create schema api;
        create table api.things as select 1 as id;
        create function api.wait() returns int language sql as $$ select pg_advisory_xact_lock_shared(1); select 1 $$;
        grant usage on schema api to {anon}, {user};
        grant select on all tables in schema api to {anon}, {user};
        """;

    [Fact]
    public async Task A_request_that_no_connection_comes_free_for_is_told_so_and_the_next_is_served()
    {
        // One connection listens for reloads, one serves.
        await using var platform = await PlainPlatform.StartAsync(Schema, ("Rest:Schemas", "api"), ("Db:PoolSize", "2"), ("Db:PoolTimeout", "4"));
        await using var holder = await platform.Database.OpenAdminAsync();
        await ExecuteAsync(holder, "select pg_advisory_lock(1)");
        var waiting = platform.Http.SendAsync("POST", "/rpc/wait");
        await IsWaitingAsync(platform);

        var refused = await platform.Http.SendAsync("GET", "/things");
        Assert.Equal((504, "PGRST003", "Timed out acquiring connection from connection pool."), (refused.Status, refused["code"], refused["message"]));
        Assert.Equal("PostgREST; error=PGRST003", refused.Header("Proxy-Status"));
        Assert.Matches("\npgrst_db_pool_timeouts_total [1-9]", await platform.Http.GetStringAsync("/metrics"));

        await ExecuteAsync(holder, "select pg_advisory_unlock(1)");
        Assert.Equal(200, (await waiting).Status);
        Assert.Equal(200, (await platform.Http.SendAsync("GET", "/things")).Status);
    }

    [Fact]
    public async Task A_database_that_went_away_is_said_to_be_away_and_found_again_with_what_changed_meanwhile()
    {
        await using var relay = new TcpRelay((await TestServer.GetAsync()).Port);
        await using var platform = await PlainPlatform.StartAsync(Schema, _ => relay.Port, isReady: true, ("Rest:Schemas", "api"));
        await using var holder = await platform.Database.OpenAdminAsync();
        await ExecuteAsync(holder, "select pg_advisory_lock(1)");
        var inFlight = platform.Http.SendAsync("POST", "/rpc/wait");
        await IsWaitingAsync(platform);

        await relay.CutAsync();

        var broken = await inFlight;
        Assert.Equal((503, "PGRST001"), (broken.Status, broken["code"]));
        var away = await platform.Http.SendAsync("GET", "/things");
        Assert.Equal((503, "PGRST000", "Database connection error."), (away.Status, away["code"], away["message"]));
        Assert.Equal("1", away.Header("Retry-After"));
        Assert.Equal(503, (await platform.Http.SendAsync("GET", "/health/ready")).Status);
        Assert.Equal(200, (await platform.Http.SendAsync("GET", "/health/live")).Status);

        await platform.ExecuteAsync("create table api.meanwhile (); grant select on api.meanwhile to {anon}");
        relay.Mend();

        Assert.Equal(200, (await platform.UntilAsync(http => http.SendAsync("GET", "/things"), a => a.Status != 503)).Status);
        await platform.UntilAsync(http => http.SendAsync("GET", "/meanwhile"), a => a.Status == 200);
        Assert.Equal(200, (await platform.Http.SendAsync("GET", "/health/ready")).Status);
    }

    [Fact]
    public async Task A_start_without_a_database_waits_for_it()
    {
        await using var relay = new TcpRelay((await TestServer.GetAsync()).Port);
        await relay.CutAsync();
        await using var platform = await PlainPlatform.StartAsync(Schema, _ => relay.Port, isReady: false, ("Rest:Schemas", "api"));

        var early = await platform.Http.SendAsync("GET", "/things");
        Assert.Equal((503, "PGRST002", "Could not query the database for the schema cache. Retrying."), (early.Status, early["code"], early["message"]));
        Assert.Equal("1", early.Header("Retry-After"));

        relay.Mend();
        await platform.UntilAsync(http => http.SendAsync("GET", "/things"), a => a.Status == 200);
        Assert.Matches("pgrst_schema_cache_loads_total\\{status=\"SUCCESS\"\\} [1-9]", await platform.Http.GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task A_login_that_is_refused_is_no_fault_of_the_request()
    {
        await using var platform = await PlainPlatform.StartAsync(Schema, ("Rest:Schemas", "api"));
        await platform.ExecuteAsync($"""
            alter role {platform.Roles.Login} password 'another';
            select pg_terminate_backend(pid) from pg_stat_activity where usename = '{platform.Roles.Login}';
            """);

        var refused = await platform.UntilAsync(http => http.SendAsync("GET", "/things"), a => a.Status != 200 && a["code"] == "PGRST000");
        Assert.Equal(503, refused.Status);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Returns once a request waits for the lock; in other databases others may.</summary>
    private static Task IsWaitingAsync(PlainPlatform platform) => platform.Database.UntilAsync(
        "select exists (select from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database() and l.locktype = 'advisory' and not l.granted)");
}
