using Hedgerow.Postgres;
using Hedgerow.Tests.Integration.Cli;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Platform;

/// <summary><c>hedgerow jobs run NAME</c> and the registry behind it.</summary>
public sealed class UpkeepTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task A_registered_function_runs_for_the_moment_that_is_given()
    {
        await fixture.Operator.ExecuteAsync("insert into hedgerow.rate_limits values ('old', '2026-01-01 00:00Z', 1), ('young', '2026-01-09 00:00Z', 1)");
        using var state = new TemporaryState();
        var run = await HedgerowProcess.RunAsync(
            "jobs", "run", "platform.delete-old-rate-limits", "--at", "2026-01-09T12:00:00Z", "--state", state.Path, "--db", DatabaseUrl.Format(fixture.Database.AdminConnectionString));
        Assert.True(run.ExitCode == 0, run.Said);
        Assert.Contains("platform.delete-old-rate-limits: 1", run.Said, StringComparison.Ordinal);
        Assert.Equal("young", await fixture.Operator.ScalarAsync<string>("select string_agg(bucket, ',') from hedgerow.rate_limits"));
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_names_there_are()
    {
        using var state = new TemporaryState();
        var run = await HedgerowProcess.RunAsync("jobs", "run", "nothing", "--state", state.Path, "--db", DatabaseUrl.Format(fixture.Database.AdminConnectionString));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no upkeep is called \"nothing\"", run.Said, StringComparison.Ordinal);
        Assert.Contains("platform.make-partitions", run.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_registered_runs_as_service_role_twice_and_says_what_it_does()
    {
        foreach (var name in (await fixture.Operator.ScalarAsync<string[]>("select array_agg(name order by name) from hedgerow.upkeep"))!)
        {
            await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep($1)", name);
            await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep($1)", name);
        }
        Assert.Null(await fixture.Operator.ScalarAsync<string>("select string_agg(name, ', ') from hedgerow.upkeep where coalesce(about, '') = ''"));
    }

    [Fact]
    public async Task Clients_run_no_upkeep()
    {
        var person = await fixture.SignUpAsync();
        foreach (var caller in new[] { fixture.Anyone, person })
            await caller.RefusedAsync("42501", "select hedgerow.run_upkeep('platform.make-partitions')");
    }

    [Theory]
    [InlineData("hedgerow.cuid")] // takes no moment
    [InlineData("hedgerow.take_rate")] // takes more
    public async Task Only_a_function_of_the_moment_is_registered(string function) =>
        await fixture.Operator.RefusedAsync("P0001", "select hedgerow.register_upkeep('wrong', $1::regproc)", function);
}
