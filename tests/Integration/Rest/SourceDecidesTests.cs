using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>Where PostgREST's pages say nothing, its source decides what a request means.</summary>
public sealed class SourceDecidesTests(SourceDecidesTests.Database database) : IClassFixture<SourceDecidesTests.Database>
{
    private readonly HttpClient _http = database.Platform.Http;

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync("""
            create schema api; create schema other;
            create table api.clients (id int primary key); insert into api.clients values (1), (2);
            create table other.things (id int primary key, client_id int); insert into other.things values (7, 1);
            create function api.things_of(api.clients) returns setof other.things language sql stable as 'select * from other.things where client_id = $1.id';
            create function other.all_things(api.clients) returns setof other.things language sql stable as 'select * from other.things';
            create function api.pick() returns int language sql volatile as 'select 1';
            create function api.pick(a int) returns int language sql stable as 'select a';
            create function api.raw(json) returns json language sql immutable as 'select $1';
            create domain api."image/X-Odd" as bytea;
            create function api.odd_step(state bytea, next api.clients) returns api."image/X-Odd" language sql as $$ select state || 'x'::bytea $$;
            create aggregate api.odd_picture (api.clients) (initcond = '', stype = api."image/X-Odd", sfunc = api.odd_step);
            grant usage on schema api, other to {anon};
            grant select on all tables in schema api, other to {anon};
            """, ("Rest:Schemas", "api,other"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Fact]
    public async Task A_function_makes_a_relationship_in_its_own_schema_whatever_it_returns()
    {
        var here = await _http.SendAsync("GET", "/clients?select=id,things_of(id)&id=eq.1", null);
        var elsewhere = await _http.SendAsync("GET", "/clients?select=id,all_things(id)", null);

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""[{"id":1,"things_of":[{"id":7}]}]"""), here.Json), here.Json.GetRawText());
        Assert.Equal((400, "PGRST200"), (elsewhere.Status, elsewhere["code"]));
    }

    [Fact]
    public async Task A_child_whose_name_differs_by_case_alone_is_not_suggested()
    {
        var answer = await _http.SendAsync("GET", "/clients?select=id,Things(id)", null);

        Assert.Equal((400, "PGRST200", JsonValueKind.Null), (answer.Status, answer["code"], answer.Json.GetProperty("hint").ValueKind));
    }

    [Fact]
    public async Task Options_on_a_function_asks_about_the_overload_that_is_meant()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/rpc/pick");
        using var answer = await _http.SendAsync(request);

        Assert.Equal("OPTIONS,POST", string.Join(",", answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task A_body_that_is_empty_is_no_json_for_the_one_unnamed_parameter()
    {
        using var body = new StringContent("", null, "application/json");
        using var answer = await _http.PostAsync(new Uri("/rpc/raw", UriKind.Relative), body);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("22P02", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/x-odd", 200, "image/X-Odd")]
    [InlineData("image/X-Odd", 406, "application/json; charset=utf-8")]
    [InlineData("image/x-odd; level=1", 406, "application/json; charset=utf-8")]
    public async Task A_handler_is_asked_for_in_lower_case_and_answers_as_its_domain_is_written(string accept, int status, string contentType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/clients");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await _http.SendAsync(request);

        Assert.Equal((status, contentType), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task The_first_order_counts()
    {
        var answer = await _http.SendAsync("GET", "/clients?order=id.desc&order=id.asc", null);

        Assert.Equal([2, 1], answer.Json.EnumerateArray().Select(row => row.GetProperty("id").GetInt32()));
    }
}
