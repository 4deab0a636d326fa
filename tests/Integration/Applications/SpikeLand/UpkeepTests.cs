using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

/// <summary>What a scheduler calls, as the scheduler calls it.</summary>
public sealed class UpkeepTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_05_SL_07_SL_15_Ninety_days_are_played_in_a_second_by_the_scheduler_s_own_login()
    {
        var scheduler = new Person(fixture.Database, "hedgerow_jobs");
        var (_, id) = await fixture.LanderAsync();
        await fixture.Service.ExecuteAsync("select spike_land.start_subscription($1, $1, 'price_plan_basic', '2030-01-01', '2030-02-01')", id);
        var names = (await fixture.SeenAsync<string[]>("select array_agg(name order by name) from hedgerow.upkeep where name like 'spike_land.%'"))!;
        Assert.True(names.Length >= 10);
        foreach (var name in names)
            for (var time = 1; time <= 2; time++) // safe to run twice
                await scheduler.ExecuteAsync("select hedgerow.run_upkeep($1, '2030-03-31')", name);

        Assert.Equal("2030-03-01", await fixture.SeenAsync<string>("select to_char(current_period_start at time zone 'UTC', 'YYYY-MM-DD') from spike_land.subscriptions where user_id = $1", id));
        await scheduler.RefusedAsync("42501", "select spike_land_private.spend_tokens('nobody', 1, 'SPEND_BOX_HOUR', 'box', 'none')");
    }

    [Fact]
    public async Task SL_10_A_file_that_another_row_still_shows_is_not_removed()
    {
        var (person, id) = await fixture.LanderAsync();
        var image = await fixture.ImageAsync(person, 3000);
        var key = await person.ScalarAsync<string>("select original_r2_key from spike_land.enhanced_images where id = $1", image);
        await person.ExecuteAsync("insert into spike_land.merch_carts (user_id) values ($1)", id);
        await person.ExecuteAsync(
            "insert into spike_land.merch_cart_items (cart_id, product_id, uploaded_image_r2_key, uploaded_image_url) select c.id, p.id, $1, 'https://img.example/harbour.jpg' from spike_land.merch_carts as c, spike_land.merch_products as p where p.name = 'Mug'", key);
        await person.ExecuteAsync("delete from spike_land.merch_cart_items");
        const string claim = "select count(*) from spike_land_private.claim_removals(1000) where object_key = $1";
        Assert.Equal(0L, await fixture.Service.ScalarAsync<long>(claim, key));
        await person.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        Assert.NotEqual(0L, await fixture.Service.ScalarAsync<long>(claim, key));
    }
}
