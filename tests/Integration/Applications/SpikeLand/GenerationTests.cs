using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class GenerationTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_16_A_job_knows_when_it_began_and_ended_and_its_cost_stays()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 5);
        var job = await person.ScalarAsync<string>("insert into spike_land.mcp_generation_jobs (prompt, tier) values ('A harbour', 'TIER_2K') returning id");
        Assert.Equal("5 f f", await StateAsync(job));
        const string move = "update spike_land.mcp_generation_jobs set status = $2::spike_land.job_status, tokens_cost = 0 where id = $1";
        await fixture.Service.ExecuteAsync(move, job, "PROCESSING");
        Assert.Equal("5 t f", await StateAsync(job));
        await fixture.Service.ExecuteAsync(move, job, "FAILED");
        Assert.Equal("5 t t", await StateAsync(job));
        Assert.Equal(5, await fixture.BalanceAsync(id)); // what it cost comes back, whatever a worker makes of that
    }

    private Task<string?> StateAsync(string? job) => fixture.SeenAsync<string>(
        "select concat_ws(' ', tokens_cost, processing_started_at is not null, processing_completed_at is not null) from spike_land.mcp_generation_jobs where id = $1", job);
}
