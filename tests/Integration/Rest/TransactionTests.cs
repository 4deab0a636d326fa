using System.Net.Sockets;
using System.Text;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>What holds of a request because it is one transaction in one round trip.</summary>
public sealed class TransactionTests : IAsyncLifetime
{
    private TestPlatform _platform = null!;

    public async Task InitializeAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("""
            create schema probe;
            grant usage on schema probe to anon, authenticated, service_role;
            create table probe.rows (id int primary key, parent int references probe.rows deferrable initially deferred);
            create table probe.wide (id int primary key, filler text not null);
            insert into probe.wide select i, repeat('x', 1000) from generate_series(1, 2000) i;
            grant all on all tables in schema probe to anon, service_role;
            create function probe.whoami() returns text language sql stable as 'select current_user::text';
            create function probe.writes() returns void language sql as 'insert into probe.rows values (77)';
            create function probe.sleeps() returns void language sql as 'select pg_sleep(60)' set statement_timeout = '200ms';
            create function probe.waits() returns void language sql as 'select pg_sleep(300)';
            grant execute on all functions in schema probe to anon, service_role;
            """);
        _platform = await TestPlatform.StartOnAsync(database, ("Rest:Schemas", "probe"));
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _platform.Database.DisposeAsync();
    }

    [Fact]
    public async Task A_get_never_writes()
    {
        var answer = await _platform.Service.SendAsync("GET", "/rest/v1/rpc/writes");

        Assert.Equal((405, "25006"), (answer.Status, answer["code"]));
        Assert.Equal(0, (await _platform.Service.SendAsync("GET", "/rest/v1/rows")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_constraint_that_fails_at_the_commit_is_an_error_and_nothing_is_kept()
    {
        var answer = await _platform.Service.SendAsync("POST", "/rest/v1/rows", new { id = 1, parent = 2 }, ("Prefer", "return=representation"));

        Assert.Equal((409, "23503"), (answer.Status, answer["code"]));
        Assert.Equal(0, (await _platform.Service.SendAsync("GET", "/rest/v1/rows")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_write_that_touches_more_rows_than_allowed_keeps_none()
    {
        await _platform.Service.SendAsync("POST", "/rest/v1/rows", "[{\"id\":1},{\"id\":2}]");

        var many = await _platform.Service.SendAsync("DELETE", "/rest/v1/rows?id=gt.0", null, ("Prefer", "handling=strict, max-affected=1"));
        var single = await _platform.Service.SendAsync("DELETE", "/rest/v1/rows?id=gt.0", null, ("Accept", "application/vnd.pgrst.object+json"));

        Assert.Equal((400, "PGRST124", "The query affects 2 rows"), (many.Status, many["code"], many["details"]));
        Assert.Equal((406, "PGRST116"), (single.Status, single["code"]));
        Assert.Equal(2, (await _platform.Service.SendAsync("GET", "/rest/v1/rows")).Json.GetArrayLength());
        await _platform.Service.SendAsync("DELETE", "/rest/v1/rows?id=gt.0");
    }

    [Fact]
    public async Task A_role_never_reaches_the_next_request_of_its_connection()
    {
        var asked = Enumerable.Range(0, 200).Select(async i =>
        {
            var (client, role) = i % 2 == 0 ? (_platform.Anonymous, "anon") : (_platform.Service, "service_role");
            var answer = await client.SendAsync("GET", "/rest/v1/rpc/whoami");
            return (role, answer.Json.GetString());
        });

        foreach (var (wanted, got) in await Task.WhenAll(asked)) Assert.Equal(wanted, got);
    }

    [Fact]
    public async Task A_table_that_changes_under_a_prepared_statement_is_answered_all_the_same()
    {
        for (var i = 0; i < 20; i++) await _platform.Service.SendAsync("GET", "/rest/v1/wide?id=eq.1");
        await _platform.Database.ExecuteAsync("alter table probe.wide add column extra int; alter table probe.wide alter column id type bigint");

        for (var i = 0; i < 20; i++)
        {
            var answer = await _platform.Service.SendAsync("GET", "/rest/v1/wide?id=eq.1");
            Assert.Equal(200, answer.Status);
            Assert.True(answer.Json[0].TryGetProperty("extra", out _));
        }
    }

    [Fact]
    public async Task A_statement_that_outlives_its_timeout_is_cancelled()
    {
        var answer = await _platform.Service.SendAsync("POST", "/rest/v1/rpc/sleeps");

        Assert.Equal((500, "57014"), (answer.Status, answer["code"]));
    }

    [Fact]
    public async Task A_client_that_hangs_up_cancels_its_query()
    {
        using (var socket = new TcpClient(_platform.Url.Host, _platform.Url.Port))
        {
            var request = $"POST /rest/v1/rpc/waits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_platform.ServiceKey}\r\nContent-Length: 0\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            await UntilAsync("exists");
        }

        await UntilAsync("not exists");
    }

    /// <summary>Waits for the server to run the query, or to run it no more.</summary>
    private Task UntilAsync(string state) => _platform.Database.UntilAsync(
        $"select {state} (select from pg_stat_activity where datname = current_database() and state = 'active' and query like '%waits%' and pid <> pg_backend_pid())");

    [Fact]
    public async Task A_large_answer_begins_before_its_end_is_read()
    {
        using var socket = new TcpClient(_platform.Url.Host, _platform.Url.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /rest/v1/wide?select=id,filler,a:filler,b:filler,c:filler HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_platform.ServiceKey}\r\nConnection: close\r\n\r\n"));

        var first = new byte[4096];
        var read = await stream.ReadAsync(first);
        Assert.StartsWith("HTTP/1.1 200 OK", Encoding.ASCII.GetString(first, 0, read), StringComparison.Ordinal);
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest);
        Assert.EndsWith("]", Encoding.ASCII.GetString(rest.ToArray()), StringComparison.Ordinal);
        Assert.True(rest.Length > 8_000_000);
    }
}
