using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class EnhancementTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Move = "update spike_land.image_enhancement_jobs set status = $2::spike_land.job_status where id = $1";
    private const string Stage = "update spike_land.image_enhancement_jobs set current_stage = $2::spike_land.pipeline_stage where id = $1";
    private const string Fail = "select concat_ws(' ', status, retry_count) from spike_land.fail_enhancement($1, 'The model is tired.')";

    [Theory]
    [InlineData("FREE", 0)]
    [InlineData("TIER_1K", 2)]
    [InlineData("TIER_2K", 5)]
    [InlineData("TIER_4K", 10)]
    public async Task SL_11_A_job_costs_what_its_tier_says_when_it_begins(string tier, int cost)
    {
        var (person, id) = await fixture.LanderAsync(tokens: 10);
        var job = await person.JobAsync(await fixture.ImageAsync(person), tier);
        Assert.Equal(10 - cost, await fixture.BalanceAsync(id));
        Assert.Equal(cost, await person.ScalarAsync<int>("select tokens_cost from spike_land.image_enhancement_jobs where id = $1", job));
        await person.RefusedAsync("42501", "insert into spike_land.image_enhancement_jobs (image_id, tier, tokens_cost) select image_id, 'TIER_4K', 0 from spike_land.image_enhancement_jobs");
    }

    [Fact]
    public async Task SL_11_Without_the_tokens_there_is_no_job()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 9);
        await person.RefusedAsync("PT402", "insert into spike_land.image_enhancement_jobs (image_id, tier) values ($1, 'TIER_4K')", await fixture.ImageAsync(person));
        Assert.Equal(9, await fixture.BalanceAsync(id));
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.image_enhancement_jobs"));
    }

    [Fact]
    public async Task SL_11_Stages_follow_each_other_and_moves_the_lifecycle()
    {
        var job = await JobAsync();
        var refusal = await fixture.Service.RefusedAsync("PT409", Move, job, "COMPLETED");
        Assert.Contains("from \"PENDING\" to \"COMPLETED\"", refusal.MessageText, StringComparison.Ordinal);
        await fixture.Service.ExecuteAsync(Move, job, "PROCESSING");
        Assert.Equal("ANALYZING", await fixture.SeenAsync<string>("select current_stage::text from spike_land.image_enhancement_jobs where id = $1 and processing_started_at is not null", job));
        await fixture.Service.ExecuteAsync(Stage, job, "PROMPTING");
        await fixture.Service.RefusedAsync("PT409", Stage, job, "CROPPING");
        await fixture.Service.ExecuteAsync(Stage, job, "GENERATING");
        await fixture.Service.RefusedAsync("23514", Move, job, "COMPLETED"); // without a result
    }

    [Fact]
    public async Task SL_11_A_job_is_retried_up_to_its_limit_then_fails_and_is_refunded_once()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 5);
        var job = await person.JobAsync(await fixture.ImageAsync(person), "TIER_2K");
        foreach (var expected in new[] { "PENDING 1", "PENDING 2", "PENDING 3", "FAILED 3" })
        {
            await fixture.Service.ExecuteAsync(Move, job, "PROCESSING");
            Assert.Equal(0, await fixture.BalanceAsync(id));
            Assert.Equal(expected, await fixture.Service.ScalarAsync<string>(Fail, job));
        }

        Assert.Equal(5, await fixture.BalanceAsync(id));
        await fixture.Service.RefusedAsync("PT409", Move, job, "PROCESSING");
        await fixture.Operator.RefusedAsync("23505", "insert into spike_land.token_transactions (user_id, amount, type, source, source_id) values ($1, 5, 'REFUND', 'enhancement', $2)", id, job);
        await person.RefusedAsync("42501", Fail, job);
    }

    [Fact]
    public async Task SL_11_Its_owner_cancels_a_job_fifty_times_at_once_and_is_refunded_once()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 10);
        var job = await person.JobAsync(await fixture.ImageAsync(person), "TIER_4K");
        await person.RefusedAsync("42501", Move, job, "PROCESSING");
        await ApplicationFixture.FiftyAsync("none", _ => person.ExecuteAsync(Move, job, "CANCELLED"));
        Assert.Equal(10, await fixture.BalanceAsync(id));
        await fixture.Service.RefusedAsync("PT409", Move, job, "PROCESSING");
        var (other, _) = await fixture.LanderAsync();
        Assert.Equal(0, await other.ExecuteAsync(Move, job, "CANCELLED"));
    }

    [Fact]
    public async Task SL_11_A_job_that_goes_with_its_image_gives_its_tokens_back()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 10);
        var image = await fixture.ImageAsync(person);
        await person.JobAsync(image, "TIER_4K");
        await person.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        Assert.Equal(10, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_11_A_completed_job_is_refunded_by_service_alone()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 2);
        var job = await person.JobAsync(await fixture.ImageAsync(person));
        await fixture.CompleteAsync(job);
        Assert.Equal(0, await fixture.BalanceAsync(id));
        await person.RefusedAsync("42501", Move, job, "REFUNDED");
        await fixture.Service.ExecuteAsync(Move, job, "REFUNDED");
        Assert.Equal(2, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_11_A_blend_needs_an_image_that_one_may_see()
    {
        var (person, _) = await fixture.LanderAsync(tokens: 10);
        var (other, _) = await fixture.LanderAsync();
        var image = await fixture.ImageAsync(person);
        const string blend = "insert into spike_land.image_enhancement_jobs (image_id, is_blend, source_image_id) values ($1, $2, $3)";
        await person.RefusedAsync("PT400", blend, image, true, null);
        await person.RefusedAsync("PT400", blend, image, false, image);
        await person.RefusedAsync("42501", blend, image, true, await fixture.ImageAsync(other));
        Assert.Equal(1, await person.ExecuteAsync(blend, image, true, await fixture.ImageAsync(other, isPublic: true)));
        await person.RefusedAsync("42501", blend, await fixture.ImageAsync(other, isPublic: true), true, image); // not to be enhanced by just anybody
    }

    [Theory]
    [InlineData("""{"left": 1, "top": 2, "width": 3, "height": 4}""", true)]
    [InlineData("""{"left": 1, "top": 2, "width": 3}""", false)]
    [InlineData("""{"left": -1, "top": 2, "width": 3, "height": 4}""", false)]
    [InlineData("""{"left": 1, "top": 2, "width": 0, "height": 4}""", false)]
    [InlineData(null, false)]
    public async Task SL_11_What_was_cropped_is_kept_as_four_numbers(string? dimensions, bool holds)
    {
        var job = await JobAsync();
        const string crop = "update spike_land.image_enhancement_jobs set was_cropped = true, crop_dimensions = $2::jsonb where id = $1";
        if (holds) Assert.Equal(1, await fixture.Service.ExecuteAsync(crop, job, dimensions));
        else await fixture.Service.RefusedAsync("23514", crop, job, dimensions);
        if (!holds) return;
        await fixture.CompleteAsync(job);
        await fixture.Service.RefusedAsync("PT409", "update spike_land.image_enhancement_jobs set was_cropped = false, crop_dimensions = null where id = $1", job);
    }

    [Fact]
    public async Task SL_11_Each_job_is_claimed_by_one_worker()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 100);
        var image = await fixture.ImageAsync(person);
        for (var n = 0; n < 10; n++) await person.JobAsync(image);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.Service.ScalarAsync<string>("select id from spike_land.claim_enhancement()")));
        var given = claimed.Where(job => job is not null).ToList();
        Assert.Equal(given.Count, given.Distinct().Count());
        Assert.Equal(10L, await fixture.SeenAsync<long>("select count(*) from spike_land.image_enhancement_jobs where user_id = $1 and status = 'PROCESSING'", id));
    }

    private async Task<string> JobAsync()
    {
        var (person, _) = await fixture.LanderAsync(tokens: 2);
        return await person.JobAsync(await fixture.ImageAsync(person));
    }
}
