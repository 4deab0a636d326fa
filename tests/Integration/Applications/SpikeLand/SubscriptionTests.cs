using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class SubscriptionTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string State = "select concat_ws(' ', status, tier, rollover_tokens, to_char(current_period_start at time zone 'UTC', 'YYYY-MM-DD')) from spike_land.subscriptions";

    [Fact]
    public async Task SL_07_A_month_s_tokens_come_with_each_period_and_unused_ones_roll_over_up_to_the_limit()
    {
        var (person, id) = await SubscribedAsync("price_plan_basic"); // 100 a month, 50 roll over
        await fixture.GiveAsync(id, 30); // bought: these never expire
        await SpendAsync(id, 20);
        await TurnAsync(id, "2030-02-01");
        // 80 of the month's 100 are unused: 50 stay, 30 expire, and 100 come.
        Assert.Equal("ACTIVE BASIC 50 2030-02-01", await person.ScalarAsync<string>(State));
        Assert.Equal(30 + 50 + 100, await fixture.BalanceAsync(id));
        await SpendAsync(id, 140);
        await TurnAsync(id, "2030-03-01");
        Assert.Equal("ACTIVE BASIC 10 2030-03-01", await person.ScalarAsync<string>(State));
        Assert.Equal(30 + 10 + 100, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_07_Fifty_turns_at_once_are_one_and_forgotten_months_are_made_up_for()
    {
        var (person, id) = await SubscribedAsync("price_plan_basic");
        await ApplicationFixture.FiftyAsync("none", _ => TurnAsync(id, "2030-02-10"));
        Assert.Equal("ACTIVE BASIC 50 2030-02-01", await person.ScalarAsync<string>(State));
        Assert.Equal(150, await fixture.BalanceAsync(id));
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.turn-subscription-periods', '2030-05-10')");
        Assert.Equal("ACTIVE BASIC 50 2030-05-01", await person.ScalarAsync<string>(State));
        Assert.Equal(150, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_07_There_is_one_subscription_a_person_however_often_it_is_started()
    {
        var (person, id) = await fixture.LanderAsync();
        const string start = "select spike_land.start_subscription($1, $2, 'price_plan_standard')";
        await ApplicationFixture.FiftyAsync("none", _ => fixture.Service.ExecuteAsync(start, id, $"sub_{id}"));
        Assert.Equal(300, await fixture.BalanceAsync(id));
        await fixture.Service.RefusedAsync("PT409", start, id, "sub_another");
        Assert.Equal("STANDARD", await person.ScalarAsync<string>("select tier::text from spike_land.user_token_balances"));
        await person.RefusedAsync("42501", start, id, "sub_mine");
        await person.RefusedAsync("42501", "update spike_land.subscriptions set tokens_per_month = 9999");
    }

    [Fact]
    public async Task SL_07_A_downgrade_takes_effect_when_the_period_ends()
    {
        var (person, id) = await SubscribedAsync("price_plan_premium"); // 600 a month
        await person.RefusedAsync("PT409", "select spike_land.downgrade_subscription('PREMIUM')");
        await person.ExecuteAsync("select spike_land.downgrade_subscription('BASIC')");
        Assert.Equal("ACTIVE PREMIUM 0 2030-01-01", await person.ScalarAsync<string>(State));
        await SpendAsync(id, 580);
        await TurnAsync(id, "2030-02-01");
        Assert.Equal("ACTIVE BASIC 20 2030-02-01", await person.ScalarAsync<string>(State));
        Assert.Equal("120 BASIC", await person.ScalarAsync<string>("select balance || ' ' || tier from spike_land.user_token_balances"));
    }

    [Fact]
    public async Task SL_07_A_downgrade_to_a_plan_that_is_no_longer_sold_takes_effect_and_holds_nobody_up()
    {
        var (person, id) = await SubscribedAsync("price_plan_premium");
        var (other, another) = await SubscribedAsync("price_plan_premium");
        foreach (var subscriber in new[] { person, other }) await subscriber.ExecuteAsync("select spike_land.downgrade_subscription('STANDARD')");
        await other.ExecuteAsync("select spike_land.downgrade_subscription(null)"); // and goes on after all
        const string sell = "update spike_land.subscription_plans set active = $1 where tier = 'STANDARD'";
        await fixture.Service.ExecuteAsync(sell, false);
        foreach (var subscriber in new[] { id, another }) await TurnAsync(subscriber, "2030-02-01");
        Assert.Equal("ACTIVE STANDARD 150 2030-02-01", await person.ScalarAsync<string>(State));
        Assert.Equal("ACTIVE PREMIUM 600 2030-02-01", await other.ScalarAsync<string>(State));
        await fixture.Service.ExecuteAsync(sell, true);
    }

    [Fact]
    public async Task SL_07_Who_has_no_subscription_neither_cancels_nor_changes_one()
    {
        // Also when nobody has one: nothing there is to look at.
        await using var session = await fixture.Database.OpenAsync("postgres");
        await session.ExecuteAsync("delete from spike_land.subscriptions");
        var (person, _) = await fixture.LanderAsync();
        await session.ExecuteAsync("select set_config('request.jwt.claims', $1, true)", $$"""{"sub": "{{person.Id}}", "role": "authenticated"}""");
        foreach (var call in new[] { "cancel_subscription()", "downgrade_subscription('FREE')" })
            Assert.Equal("PT404", await session.RefusalAsync($"select spike_land.{call}"));
    }

    [Fact]
    public async Task SL_07_A_cancelled_one_ends_with_its_period_and_its_unused_tokens()
    {
        var (person, id) = await SubscribedAsync("price_plan_basic");
        await fixture.GiveAsync(id, 5);
        await person.ExecuteAsync("select spike_land.cancel_subscription()");
        await TurnAsync(id, "2030-01-31");
        Assert.Equal("ACTIVE BASIC 0 2030-01-01", await person.ScalarAsync<string>(State));
        await TurnAsync(id, "2030-02-01");
        Assert.Equal("CANCELED BASIC 0 2030-01-01", await person.ScalarAsync<string>(State));
        Assert.Equal("5 FREE", await person.ScalarAsync<string>("select balance || ' ' || tier from spike_land.user_token_balances"));
        await person.RefusedAsync("PT404", "select spike_land.cancel_subscription()");
        await fixture.Service.RefusedAsync("PT409", "update spike_land.subscriptions set status = 'ACTIVE' where user_id = $1", id);
    }

    [Fact]
    public async Task SL_07_What_is_not_paid_is_not_granted()
    {
        var (_, id) = await SubscribedAsync("price_plan_basic");
        await fixture.Service.ExecuteAsync("update spike_land.subscriptions set status = 'PAST_DUE' where user_id = $1", id);
        await TurnAsync(id, "2030-02-01");
        Assert.Equal(100, await fixture.BalanceAsync(id));
        await fixture.Service.ExecuteAsync("update spike_land.subscriptions set status = 'ACTIVE' where user_id = $1", id);
        await TurnAsync(id, "2030-02-01");
        Assert.Equal(150, await fixture.BalanceAsync(id));
    }

    private async Task<(Person Person, string Id)> SubscribedAsync(string price)
    {
        var (person, id) = await fixture.LanderAsync();
        await fixture.Service.ExecuteAsync("select spike_land.start_subscription($1, 'sub_' || $1, $2, '2030-01-01', '2030-02-01')", id, price);
        return (person, id);
    }

    private Task SpendAsync(string user, int tokens) => fixture.Service.ExecuteAsync(
        "insert into spike_land.token_transactions (user_id, amount, type) values ($1, -$2, 'SPEND_ENHANCEMENT')", user, tokens);

    private Task TurnAsync(string user, string moment) => fixture.Operator.ExecuteAsync(
        "select spike_land_private.turn_period(id, $2::timestamptz) from spike_land.subscriptions where user_id = $1", user, moment);
}
