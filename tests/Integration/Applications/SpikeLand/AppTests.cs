using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class AppTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string AddRequirement = "insert into spike_land.requirements (app_id, description, priority) values ($1, $2, 'HIGH') returning id";

    [Fact]
    public async Task SL_02_An_app_moves_along_its_lifecycle_and_deleted_is_soft()
    {
        var (owner, _, app) = await AppAsync();
        await owner.RefusedAsync("22P02", "update spike_land.apps set status = 'LOST' where id = $1", app);
        foreach (var status in new[] { "ACTIVE", "ARCHIVED", "ACTIVE", "DELETED" })
            await owner.ExecuteAsync("update spike_land.apps set status = $2::spike_land.app_status where id = $1", app, status);
        var refusal = await owner.RefusedAsync("PT409", "update spike_land.apps set status = 'ACTIVE' where id = $1", app);
        Assert.Contains("from \"DELETED\" to \"ACTIVE\"", refusal.MessageText, StringComparison.Ordinal);
        Assert.Equal(1L, await owner.ScalarAsync<long>("select count(*) from spike_land.apps where id = $1", app));
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>("select count(*) from spike_land.apps where id = $1", app));
    }

    [Fact]
    public async Task SL_02_A_fork_copies_requirements_and_prices_and_outlives_its_parent()
    {
        var (owner, _, app) = await AppAsync();
        await owner.ExecuteAsync(AddRequirement, app, "Pay by card");
        await owner.ExecuteAsync("update spike_land.requirements set status = 'IN_PROGRESS' where app_id = $1", app);
        await owner.ExecuteAsync("insert into spike_land.monetization_models (app_id, type, price, subscription_interval, features) values ($1, 'SUBSCRIPTION', 9.99, 'MONTHLY', '{Support}')", app);
        var (other, _) = await fixture.LanderAsync();
        await other.RefusedAsync("PT404", "select spike_land.fork_app($1)", app); // a draft of somebody else's
        await owner.ExecuteAsync("update spike_land.apps set status = 'ACTIVE' where id = $1", app);

        var fork = await other.ScalarAsync<string>("select id from spike_land.fork_app($1, 'Mine')", app);
        Assert.Equal("Mine DRAFT", await other.ScalarAsync<string>("select name || ' ' || status from spike_land.apps where id = $1 and forked_from = $2", fork, app));
        Assert.Equal("Pay by card HIGH PENDING 1", await other.ScalarAsync<string>("select concat_ws(' ', description, priority, status, version) from spike_land.requirements where app_id = $1", fork));
        Assert.Equal("SUBSCRIPTION 9.99 MONTHLY {Support}", await other.ScalarAsync<string>("select concat_ws(' ', type, price, subscription_interval, features) from spike_land.monetization_models where app_id = $1", fork));

        await owner.ExecuteAsync("delete from spike_land.apps where id = $1", app);
        Assert.True(await other.ScalarAsync<bool>("select forked_from is null from spike_land.apps where id = $1", fork));
    }

    [Fact]
    public async Task SL_02_A_domain_is_one_app_s_and_a_host_name()
    {
        var (owner, _, app) = await AppAsync();
        var (other, _, second) = await AppAsync();
        const string set = "update spike_land.apps set domain = $2 where id = $1";
        await owner.ExecuteAsync(set, app, "shop.example.com");
        await other.RefusedAsync("23505", set, second, "shop.example.com");
        foreach (var bad in new[] { "https://shop.example.com", "Shop.example.com", "shop", "-a.com", "" })
            await other.RefusedAsync("23514", set, second, bad);
    }

    [Fact]
    public async Task SL_02_Nobody_says_who_owns_an_app_or_what_it_was_forked_from()
    {
        var (owner, ownerId, app) = await AppAsync();
        var (other, _) = await fixture.LanderAsync();
        await other.RefusedAsync("42501", "insert into spike_land.apps (name, user_id) values ('Forged', $1)", ownerId);
        await other.RefusedAsync("42501", "insert into spike_land.apps (name, forked_from) values ('Forged', $1)", app);
        Assert.Equal(0, await other.ExecuteAsync("update spike_land.apps set name = 'Mine' where id = $1", app));
        await fixture.Anyone.RefusedAsync("42501", "insert into spike_land.apps (name) values ('Nobody''s')");
        await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", owner.Id);
        Assert.Equal(0L, await fixture.SeenAsync<long>("select count(*) from spike_land.apps where id = $1", app));
    }

    [Fact]
    public async Task SL_03_A_requirement_s_version_rises_with_its_description_alone()
    {
        var (owner, _, app) = await AppAsync();
        var requirement = await owner.ScalarAsync<string>(AddRequirement, app, "Pay by card");
        const string version = "select version from spike_land.requirements where id = $1";
        await owner.ExecuteAsync("update spike_land.requirements set priority = 'LOW' where id = $1", requirement);
        Assert.Equal(1, await owner.ScalarAsync<int>(version, requirement));
        await owner.ExecuteAsync("update spike_land.requirements set description = 'Pay by card or invoice' where id = $1", requirement);
        Assert.Equal(2, await owner.ScalarAsync<int>(version, requirement));
        await owner.RefusedAsync("42501", "update spike_land.requirements set version = 9 where id = $1", requirement);
        await fixture.Service.RefusedAsync("23514", "insert into spike_land.requirements (app_id, description, version) values ($1, 'x', 0)", app);
    }

    [Fact]
    public async Task SL_03_A_requirement_moves_along_its_lifecycle_and_stays_with_its_app()
    {
        var (owner, _, app) = await AppAsync();
        var requirement = await owner.ScalarAsync<string>(AddRequirement, app, "Pay by card");
        var refusal = await owner.RefusedAsync("PT409", "update spike_land.requirements set status = 'COMPLETED' where id = $1", requirement);
        Assert.Contains("from \"PENDING\" to \"COMPLETED\"", refusal.MessageText, StringComparison.Ordinal);
        await owner.ExecuteAsync("update spike_land.requirements set status = 'IN_PROGRESS' where id = $1", requirement);
        await owner.ExecuteAsync("update spike_land.requirements set status = 'COMPLETED' where id = $1", requirement);

        var (other, _) = await fixture.LanderAsync();
        await other.RefusedAsync("42501", AddRequirement, app, "Forged");
    }

    [Theory]
    [InlineData("SUBSCRIPTION", "9.99", null, "interval_for_subscriptions_only")]
    [InlineData("ONE_TIME", "9.99", "MONTHLY", "interval_for_subscriptions_only")]
    [InlineData("ONE_TIME", "-1", null, "price_must_be_positive")]
    [InlineData("ONE_TIME", "0", null, "price_must_be_positive")]
    public async Task SL_04_An_interval_belongs_to_subscriptions_and_a_price_is_positive(string type, string price, string? interval, string rule)
    {
        var (owner, _, app) = await AppAsync();
        var refusal = await owner.RefusedAsync("23514",
            "insert into spike_land.monetization_models (app_id, type, price, subscription_interval) values ($1, $2::spike_land.monetization_type, $3::numeric, $4::spike_land.subscription_interval)",
            app, type, price, interval);
        Assert.Equal(rule, refusal.ConstraintName);
    }

    [Fact]
    public async Task SL_04_Prices_are_exact_to_two_places_and_public_with_an_active_app()
    {
        var (owner, _, app) = await AppAsync();
        await owner.ExecuteAsync("insert into spike_land.monetization_models (app_id, type, price) values ($1, 'ONE_TIME', 0.10), ($1, 'ONE_TIME', 0.20), ($1, 'FREE', 0)", app);
        Assert.Equal("0.30", await owner.ScalarAsync<string>("select sum(price)::text from spike_land.monetization_models where app_id = $1", app));
        const string pricing = "select count(*) from spike_land.app_pricing($1)";
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>(pricing, app));
        await owner.ExecuteAsync("update spike_land.apps set status = 'ACTIVE' where id = $1", app);
        Assert.Equal(3L, await fixture.Anyone.ScalarAsync<long>(pricing, app));
    }

    private async Task<(Person Owner, string Id, string App)> AppAsync()
    {
        var (owner, id) = await fixture.LanderAsync();
        return (owner, id, (await owner.ScalarAsync<string>("insert into spike_land.apps (name) values ('Shop') returning id"))!);
    }
}
