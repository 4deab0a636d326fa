using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>Status and headers that SQL chooses (PostgREST, Transactions, Response Headers and Status; Errors, RAISE): whatever it says, the answer is one that HTTP allows.</summary>
public sealed class AnswersFromSqlTests(AnswersFromSqlTests.Database database) : IClassFixture<AnswersFromSqlTests.Database>
{
    private readonly HttpClient _http = database.Platform.Http;

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create function api.status(s text) returns int language sql as $$ select set_config('response.status', s, true); select 1 $$;
            create function api.headers(h text) returns int language sql as $$ select set_config('response.headers', h, true); select 1 $$;
            create function api.raised(detail text) returns void language plpgsql as $$
              begin raise sqlstate 'PGRST' using message = '{"code":"1","message":"m"}', detail = detail; end $$;
            create table api.things (id int); insert into api.things values (1); grant all on api.things to {anon};
            create function api.reset() returns trigger language plpgsql as $$ begin perform set_config('response.status', '205', true); return new; end $$;
            create trigger reset before update on api.things for each row execute function api.reset();
            """, ("Rest:Schemas", "api"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Theory]
    [InlineData("/rpc/status", """{"s":"204"}""", 204)]
    [InlineData("/rpc/status", """{"s":"205"}""", 205)]
    [InlineData("/rpc/status", """{"s":"304"}""", 304)]
    [InlineData("/rpc/raised", """{"detail":"{\"status\":204,\"headers\":{}}"}""", 204)]
    public async Task A_status_that_allows_no_content_has_none(string target, string body, int status)
    {
        using var response = await _http.PostAsync(new Uri(target, UriKind.Relative), new StringContent(body, null, "application/json"));

        Assert.Equal((status, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Nor_has_a_write_that_asked_for_its_rows()
    {
        var answer = await _http.SendAsync("PATCH", "/things?id=eq.1", new { id = 1 }, ("Prefer", "return=representation"));

        Assert.Equal((205, System.Text.Json.JsonValueKind.Null), (answer.Status, answer.Json.ValueKind));
    }

    [Theory]
    [InlineData("99")]
    [InlineData("100")]
    [InlineData("199")]
    [InlineData("1000")]
    public async Task A_status_that_ends_no_request_is_refused(string status)
    {
        var set = await _http.SendAsync("POST", "/rpc/status", new { s = status });
        var raised = await _http.SendAsync("POST", "/rpc/raised", new { detail = $$$"""{"status":{{{status}}},"headers":{}}""" });

        Assert.Equal((500, "PGRST112"), (set.Status, set["code"]));
        Assert.Equal((500, "PGRST121"), (raised.Status, raised["code"]));
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("")]
    [InlineData("with:colon")]
    [InlineData("Überschrift")]
    public async Task A_name_that_no_header_can_have_is_refused(string name)
    {
        var set = await _http.SendAsync("POST", "/rpc/headers", new { h = $$$"""[{"{{{name}}}":"x"}]""" });
        var raised = await _http.SendAsync("POST", "/rpc/raised", new { detail = $$$"""{"status":400,"headers":{"{{{name}}}":"x"}}""" });

        Assert.Equal((500, "PGRST111"), (set.Status, set["code"]));
        Assert.Equal((500, "PGRST121"), (raised.Status, raised["code"]));
    }

    [Theory]
    [InlineData("Content-Length", "9999")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "upgrade")]
    public async Task Where_an_answer_ends_is_not_for_SQL_to_say(string name, string value)
    {
        var set = await _http.SendAsync("POST", "/rpc/headers", new { h = $$$"""[{"{{{name}}}":"{{{value}}}"},{"X-Other":"kept"}]""" });
        var raised = await _http.SendAsync("POST", "/rpc/raised", new { detail = $$$"""{"status":402,"headers":{"{{{name}}}":"{{{value}}}","X-Other":"kept"}}""" });

        Assert.Equal((200, 1, "kept"), (set.Status, set.Json.GetInt32(), set.Header("X-Other")));
        Assert.Equal((402, "m", "kept"), (raised.Status, raised["message"], raised.Header("X-Other")));
    }

    [Fact]
    public async Task A_header_stands_in_place_of_the_one_of_its_name_and_may_repeat()
    {
        var set = await _http.SendAsync("POST", "/rpc/headers", new { h = """[{"content-type":"text/x"},{"Set-Cookie":"a=1"},{"Set-Cookie":"b=2"}]""" });
        var raised = await _http.SendAsync("POST", "/rpc/raised", new { detail = """{"status":402,"headers":{"content-type":"text/x"}}""" });

        Assert.Equal(("text/x", "a=1, b=2"), (set.Header("Content-Type"), set.Header("Set-Cookie")));
        Assert.Equal("text/x", raised.Header("Content-Type"));
    }
}
