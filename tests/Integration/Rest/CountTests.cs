using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>How many rows there are, counted or guessed (PostgREST, Limits and Pagination, Counting).</summary>
public sealed class CountTests(CountTests.Database database) : IClassFixture<CountTests.Database>
{
    private readonly HttpClient _http = database.Platform.Http;

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create function api.three() returns setof int language plpgsql stable rows 1000 as $$ begin return query values (1), (2), (3); end $$;
            create view api.guessed as select * from api.three() as n; -- the planner believes in 1,000 rows
            create function api.ten() returns setof int language plpgsql stable rows 2 as $$ begin return query select generate_series(1, 10); end $$;
            create view api.underrated as select * from api.ten() as n; -- the planner believes in 2
            grant select on all tables in schema api to {anon};
            """, ("Rest:Schemas", "api"), ("Rest:PlanEnabled", "true"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Theory]
    [InlineData("/guessed", "exact", 200, "0-2/3")]
    [InlineData("/guessed", "planned", 206, "0-2/1000")]
    [InlineData("/underrated", "exact", 200, "0-9/10")]
    [InlineData("/underrated", "planned", 200, "0-9/2")]
    public async Task Rows_are_counted_or_guessed(string target, string count, int status, string range) => await AssertCountedAsync(target, count, status, range);

    /// <summary>Rest:MaxRows says from where on a guess will do; without it every number may be one, but none is smaller than what was counted.</summary>
    [Theory]
    [InlineData("/guessed", 206, "0-2/1000")]
    [InlineData("/underrated", 200, "0-9/10")]
    [InlineData("/guessed?limit=1", 206, "0-0/1000")]
    [InlineData("/underrated?limit=1", 206, "0-0/10")]
    public async Task An_estimate_without_a_bound_is_the_larger_of_both(string target, int status, string range) => await AssertCountedAsync(target, "estimated", status, range);

    [Fact]
    public async Task A_plan_has_no_rows_that_could_be_too_many()
    {
        (string, string) strict = ("Prefer", "handling=strict, max-affected=1");
        var rows = await _http.SendAsync("POST", "/rpc/three", new { }, strict);
        var plan = await _http.SendAsync("POST", "/rpc/three", new { }, strict, ("Accept", "application/vnd.pgrst.plan+json; options=analyze"));

        Assert.Equal((400, 200), (rows.Status, plan.Status));
    }

    private async Task AssertCountedAsync(string target, string count, int status, string range)
    {
        var answer = await _http.SendAsync("HEAD", target, null, ("Prefer", $"count={count}"));

        Assert.Equal((status, range), (answer.Status, answer.Header("Content-Range")));
    }
}
