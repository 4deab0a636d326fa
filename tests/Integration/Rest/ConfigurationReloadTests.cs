using Hedgerow.Gateway.Configuration;
using Hedgerow.Tests.Integration.Support;
using Microsoft.Extensions.Configuration;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>PostgREST's in-database configuration, and its reloads: what a running gateway takes over without a restart.</summary>
public sealed class ConfigurationReloadTests
{
    private const string Schemas = """
        create schema one; create schema two; create schema hidden;
        create table one.things as select generate_series(1, 5) as id;
        create table two.others as select 1 as id;
        grant usage on schema one, two, hidden to {anon}, {user}, {login};
        grant select on all tables in schema one, two to {anon}, {user};
        """;

    [Fact]
    public async Task The_logins_own_settings_are_taken_over_and_those_for_this_database_win()
    {
        await using var platform = await PlainPlatform.StartAsync(Schemas, ("Rest:Schemas", "one"));
        Assert.Equal(5, (await platform.Http.SendAsync("GET", "/things")).Json.GetArrayLength());

        await platform.ExecuteAsync("""
            alter role {login} set pgrst.db_max_rows = '3';
            alter role {login} set pgrst.db_schemas = 'hidden';
            notify pgrst, 'reload config';
            """);
        await platform.UntilAsync(http => http.SendAsync("GET", "/things"), a => a.Status == 404);

        await platform.ExecuteAsync($$"""
            alter role {login} in database {{platform.Database.Name}} set pgrst.db_schemas = "two, one";
            notify pgrst, 'reload config';
            """);
        await platform.UntilAsync(http => http.SendAsync("GET", "/others"), a => a.Status == 200);
        var rows = await platform.Http.SendAsync("GET", "/things", null, ("Accept-Profile", "one"));
        Assert.Equal(3, rows.Json.GetArrayLength());
    }

    [Fact]
    public async Task A_reload_of_the_schema_takes_the_databases_settings_along()
    {
        await using var platform = await PlainPlatform.StartAsync(Schemas, ("Rest:Schemas", "one"));

        await platform.ExecuteAsync("alter role {login} set pgrst.db_max_rows = '3'; notify pgrst, 'reload schema'");

        await platform.UntilAsync(http => http.SendAsync("GET", "/things"), a => a.Json.GetArrayLength() == 3);
    }

    [Fact]
    public async Task A_function_can_say_the_settings_before_the_first_request()
    {
        await using var platform = await PlainPlatform.StartAsync(
            Schemas + """
            create function hidden.pre_config() returns void language sql as $$
              select set_config('pgrst.db_schemas', 'one', true), set_config('pgrst.client_error_verbosity', 'minimal', true), set_config('pgrst.db_max_rows', '2', true) $$;
            alter role {login} set pgrst.db_max_rows = '4';
            """,
            ("Rest:Schemas", "hidden"), ("Rest:PreConfig", "hidden.pre_config"));

        Assert.Equal(4, (await platform.Http.SendAsync("GET", "/things")).Json.GetArrayLength());
        Assert.False((await platform.Http.SendAsync("GET", "/nothing")).Json.TryGetProperty("hint", out _));

        // What the function no longer says is as it was.
        await platform.ExecuteAsync("""
            create or replace function hidden.pre_config() returns void language sql as $$ select set_config('pgrst.db_schemas', 'one', true) $$;
            notify pgrst, 'reload config';
            """);
        await platform.UntilAsync(http => http.SendAsync("GET", "/nothing"), a => a.Json.TryGetProperty("hint", out _));
    }

    [Theory]
    [InlineData("alter role {login} set pgrst.db_max_rows = 'many'")]
    [InlineData("alter role {login} set pgrst.openapi_mode = 'open'")]
    [InlineData("create or replace function hidden.pre_config() returns void language plpgsql as $$ begin raise 'no'; end $$")]
    public async Task Wrong_settings_change_nothing_and_right_ones_are_taken_after_them(string wrong)
    {
        await using var platform = await PlainPlatform.StartAsync(
            Schemas + "create function hidden.pre_config() returns void language sql as $$ select set_config('pgrst.db_max_rows', '2', true) $$",
            ("Rest:Schemas", "one"), ("Rest:PreConfig", "hidden.pre_config"));

        // The table is there once the reload that met the wrong setting is over.
        await platform.ExecuteAsync($"{wrong}; create table one.marker (); grant select on one.marker to {{anon}}; notify pgrst");
        await platform.UntilAsync(http => http.SendAsync("GET", "/marker"), a => a.Status == 200);
        Assert.Equal(2, (await platform.Http.SendAsync("GET", "/things")).Json.GetArrayLength());

        await platform.ExecuteAsync("""
            alter role {login} reset all;
            alter role {login} set pgrst.db_max_rows = '1';
            create or replace function hidden.pre_config() returns void language sql as $$ select $$;
            notify pgrst, 'reload config';
            """);
        await platform.UntilAsync(http => http.SendAsync("GET", "/things"), a => a.Json.GetArrayLength() == 1);
    }

    [Fact]
    public async Task Another_secret_takes_the_place_of_the_one_before_and_remembered_tokens_go_with_it()
    {
        const string other = "a secret that came from the database";
        await using var platform = await PlainPlatform.StartAsync(Schemas, ("Rest:Schemas", "one"));
        var (old, next) = (platform.User, platform.Client("{\"app\":{\"roles\":[\"x\",\"" + platform.Roles.User + "\"]}}", other));
        Assert.Equal(200, (await old.SendAsync("GET", "/things")).Status);
        Assert.Equal("PGRST301", (await next.SendAsync("GET", "/things"))["code"]);

        await platform.ExecuteAsync($"""
            alter role {platform.Roles.Login} set pgrst.jwt_secret = '{other}';
            alter role {platform.Roles.Login} set pgrst.jwt_role_claim_key = '$.app.roles[1]';
            alter role {platform.Roles.Login} set pgrst.db_anon_role = '';
            notify pgrst, 'reload config';
            """);
        await platform.UntilAsync(_ => next.SendAsync("GET", "/things"), a => a.Status == 200);

        Assert.Equal((401, "PGRST301"), await RefusalAsync(old));
        Assert.Equal((401, "PGRST302"), await RefusalAsync(platform.Http));

        static async Task<(int, string?)> RefusalAsync(HttpClient client) =>
            await client.SendAsync("GET", "/things") is var answer ? (answer.Status, answer["code"]) : default;
    }

    [Fact]
    public async Task A_secret_can_stand_in_a_file()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jwk");
        await File.WriteAllTextAsync(file, "a secret that stands in a file of its own\n");
        try
        {
            await using var platform = await PlainPlatform.StartAsync(Schemas, ("Rest:Schemas", "one"), ("Jwt:Secret", $"@{file}"));
            var client = platform.Client($$"""{"role":"{{platform.Roles.User}}"}""", "a secret that stands in a file of its own");
            Assert.Equal(200, (await client.SendAsync("GET", "/things")).Status);
        }
        finally
        {
            File.Delete(file);
        }

        var gone = new ConfigurationBuilder().AddInMemoryCollection([new("Jwt:Secret", $"@{file}")]).Build();
        Assert.StartsWith("Setting Jwt:Secret", Assert.Throws<SettingException>(() => GatewaySettings.Read(gone)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Origins_headers_and_hoisted_settings_follow_too()
    {
        await using var platform = await PlainPlatform.StartAsync(
            Schemas + """
            create function one.hurried() returns void language sql as $$ select pg_sleep(0.1) $$ set statement_timeout = '10ms';
            alter role {login} set pgrst.db_hoisted_tx_settings = 'work_mem';
            alter role {login} set pgrst.server_cors_allowed_origins = 'https://app.example';
            alter role {login} set pgrst.server_timing_enabled = 'true';
            alter role {login} set pgrst.server_trace_header = 'X-Request-Id';
            """,
            ("Rest:Schemas", "one"));

        var answer = await platform.Http.SendAsync("GET", "/things", null, ("Origin", "https://app.example"), ("X-Request-Id", "17"));
        Assert.Equal("https://app.example", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("17", answer.Header("X-Request-Id"));
        Assert.Matches(@"^jwt;dur=\d+\.\d, parse;dur=", answer.Header("Server-Timing"));
        Assert.Null((await platform.Http.SendAsync("GET", "/things", null, ("Origin", "https://other.example"))).Header("Access-Control-Allow-Origin"));

        // Its timeout is not for the transaction any more, and inside a function none begins.
        Assert.Equal(204, (await platform.Http.SendAsync("POST", "/rpc/hurried")).Status);
    }

    [Fact]
    public async Task Settings_in_the_database_can_be_turned_off_and_the_channel_renamed()
    {
        await using var platform = await PlainPlatform.StartAsync(
            Schemas + "alter role {login} set pgrst.db_max_rows = '1'", ("Rest:Schemas", "one"), ("Rest:DbConfig", "false"), ("Rest:Channel", "Our Channel"));
        Assert.Equal(5, (await platform.Http.SendAsync("GET", "/things")).Json.GetArrayLength());

        await platform.ExecuteAsync("create table one.marker (); grant select on one.marker to {anon}; notify \"Our Channel\", 'reload schema'");
        await platform.UntilAsync(http => http.SendAsync("GET", "/marker"), a => a.Status == 200);
        Assert.Equal(5, (await platform.Http.SendAsync("GET", "/things")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_roles_own_settings_hold_for_its_requests_alone()
    {
        await using var platform = await PlainPlatform.StartAsync(
            Schemas + """
            create function one.slow() returns void language sql as $$ select pg_sleep(300) $$;
            create function one.level() returns text language sql stable as $$ select current_setting('transaction_isolation') $$;
            create function one.own_level() returns text language sql stable as $$ select current_setting('transaction_isolation') $$ set default_transaction_isolation = 'repeatable read';
            alter role {user} set statement_timeout = '3s';
            alter role {user} set default_transaction_isolation = 'serializable';
            """,
            ("Rest:Schemas", "one"));
        var user = platform.User;

        var late = await user.SendAsync("POST", "/rpc/slow");
        Assert.Equal((500, "57014"), (late.Status, late["code"]));
        Assert.Equal("serializable", (await user.SendAsync("GET", "/rpc/level")).Json.GetString());
        Assert.Equal("repeatable read", (await user.SendAsync("GET", "/rpc/own_level")).Json.GetString());
        Assert.Equal("read committed", (await platform.Http.SendAsync("GET", "/rpc/level")).Json.GetString());

        await platform.ExecuteAsync("alter role {user} set default_transaction_isolation = 'read committed'; notify pgrst, 'reload config'");
        await platform.UntilAsync(_ => user.SendAsync("GET", "/rpc/level"), a => a.Json.GetString() == "read committed");
    }
}
