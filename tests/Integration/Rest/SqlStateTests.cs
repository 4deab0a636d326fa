using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>What the database refuses is a status (PostgREST, Errors, HTTP Status Codes), told with the database's own code and words.</summary>
public sealed class SqlStateTests(SqlStateTests.Database database) : IClassFixture<SqlStateTests.Database>
{
    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon}, {user};
            create function api.fails(state text, message text default 'told') returns void language plpgsql as $$
              begin raise exception using errcode = state, message = message, detail = 'why', hint = 'how'; end $$;
            create table api.parents (id int primary key);
            create table api.children (id int unique not null, parent_id int references api.parents);
            insert into api.children values (1);
            create table api.closed ();
            create view api.endless as select 1 as id;
            create function api.many() returns int language sql as 'select (select generate_series(1, 2))';
            create function api.nowhere() returns int language plpgsql as 'begin return (select id from api.gone); end';
            create function api.writes() returns void language sql as 'insert into api.parents values (1)';
            create function api.tires() returns void language sql as $$ select pg_sleep(9) $$ set statement_timeout = '20ms';
            grant all on api.parents, api.children, api.endless to {anon}, {user};
            """, ("Rest:Schemas", "api"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Theory]
    [InlineData("08006", 503)]
    [InlineData("09000", 500)]
    [InlineData("0L000", 403)]
    [InlineData("0P000", 403)]
    [InlineData("21000", 500)]
    [InlineData("22000", 400)]
    [InlineData("22023", 400)]
    [InlineData("23502", 400)]
    [InlineData("23503", 409)]
    [InlineData("23505", 409)]
    [InlineData("23514", 400)]
    [InlineData("25006", 405)]
    [InlineData("25P02", 500)]
    [InlineData("28000", 403)]
    [InlineData("28P01", 403)]
    [InlineData("2D000", 500)]
    [InlineData("38000", 500)]
    [InlineData("39000", 500)]
    [InlineData("3B000", 500)]
    [InlineData("40001", 500)]
    [InlineData("40P01", 500)]
    [InlineData("42883", 404)]
    [InlineData("42P01", 404)]
    [InlineData("42P17", 500)]
    [InlineData("42703", 400)]
    [InlineData("44000", 400)]
    [InlineData("53000", 503)]
    [InlineData("53300", 503)]
    [InlineData("53400", 500)]
    [InlineData("54000", 500)]
    [InlineData("55000", 500)]
    [InlineData("57014", 500)]
    [InlineData("57P01", 503)]
    [InlineData("58000", 500)]
    [InlineData("F0000", 500)]
    [InlineData("HV000", 500)]
    [InlineData("P0001", 400)]
    [InlineData("P0002", 500)]
    [InlineData("PT409", 409)]
    [InlineData("PT101", 500)]
    [InlineData("PTABC", 500)]
    [InlineData("XX000", 500)]
    [InlineData("ZZ123", 400)]
    public async Task A_state_is_a_status(string state, int status)
    {
        var answer = await database.Platform.Http.SendAsync("POST", "/rpc/fails", new { state });

        Assert.Equal((status, state, "told", "why", "how"), (answer.Status, answer["code"], answer["message"], answer["details"], answer["hint"]));
        Assert.Equal($"PostgREST; error={state}", answer.Header("Proxy-Status"));
        Assert.Equal(status == 503 ? "1" : null, answer.Header("Retry-After"));
    }

    [Theory]
    [InlineData("21000", "DELETE requires a WHERE clause", 400)]
    [InlineData("22023", "role \"nobody\" does not exist", 401)]
    [InlineData("42883", "function xmlagg(x) does not exist", 406)]
    public async Task For_some_states_the_message_decides(string state, string message, int status)
    {
        var answer = await database.Platform.Http.SendAsync("POST", "/rpc/fails", new { state, message });

        Assert.Equal((status, message), (answer.Status, answer["message"]));
        Assert.Equal(status == 401 ? "Bearer" : null, answer.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("GET", "/children?id=eq.x", null, 400, "22P02")]
    [InlineData("GET", "/children?nothing=eq.1", null, 400, "42703")]
    [InlineData("GET", "/children?id=like.1", null, 404, "42883")]
    [InlineData("POST", "/children", """{"id":null}""", 400, "23502")]
    [InlineData("POST", "/children", """{"id":1}""", 409, "23505")]
    [InlineData("POST", "/children", """{"id":2,"parent_id":7}""", 409, "23503")]
    [InlineData("POST", "/endless", """{"id":1}""", 500, "55000")]
    [InlineData("GET", "/rpc/many", null, 500, "21000")]
    [InlineData("POST", "/rpc/nowhere", "{}", 404, "42P01")]
    [InlineData("GET", "/rpc/writes", null, 405, "25006")]
    [InlineData("POST", "/rpc/tires", "{}", 500, "57014")]
    public async Task So_are_those_that_requests_bring_about(string method, string target, string? body, int status, string code)
    {
        var answer = await database.Platform.Http.SendAsync(method, target, body);

        Assert.Equal((status, code), (answer.Status, answer["code"]));
    }

    [Fact]
    public async Task A_missing_right_is_401_with_a_challenge_for_who_is_unknown_and_403_for_who_is_known()
    {
        var (unknown, known) = (await database.Platform.Http.SendAsync("GET", "/closed"), await database.Platform.User.SendAsync("GET", "/closed"));

        Assert.Equal((401, "42501", "Bearer"), (unknown.Status, unknown["code"], unknown.Header("WWW-Authenticate")));
        Assert.Equal((403, "42501", null), (known.Status, known["code"], known.Header("WWW-Authenticate")));
    }

    [Theory]
    [InlineData("PT402", 402, "Pay first")]
    [InlineData("PT40A", 500, "Internal Server Error")]
    public async Task A_status_of_its_own_brings_the_message_as_its_reason(string state, int status, string reason)
    {
        using var response = await database.Platform.Http.GetAsync($"/rpc/fails?state={state}&message=Pay%20first");

        Assert.Equal((status, reason), ((int)response.StatusCode, response.ReasonPhrase));
    }
}
