using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class TokenTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_05_Fifty_spenders_at_once_spend_what_is_there_and_not_a_token_more()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 61);
        var image = await fixture.ImageAsync(person);
        var refused = await ApplicationFixture.FiftyAsync("PT402", _ => person.JobAsync(image)); // two tokens each
        Assert.Equal(20, refused);
        Assert.Equal(1, await fixture.BalanceAsync(id));
        Assert.Equal(30L, await fixture.SeenAsync<long>("select count(*) from spike_land.image_enhancement_jobs where user_id = $1", id));
        // Serial: numbered without a gap, and each balance is the one before and its amount.
        Assert.Equal(0L, await fixture.SeenAsync<long>(
            """
            select count(*) from (
              select number, balance_after, row_number() over w as place, sum(amount) over w as total from spike_land.token_transactions where user_id = $1
              window w as (order by number)) as t where t.number <> t.place or t.balance_after <> t.total
            """, id));
    }

    [Fact]
    public async Task SL_05_A_balance_is_moved_by_no_one_but_the_ledger_and_the_ledger_is_append_only()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 5);
        await person.RefusedAsync("42501", "update spike_land.user_token_balances set balance = 1000");
        await person.RefusedAsync("42501", "insert into spike_land.token_transactions (user_id, amount, type) values ($1, 1000, 'EARN_BONUS')", id);
        await fixture.Service.RefusedAsync("42501", "update spike_land.user_token_balances set balance = 1000 where user_id = $1", id);
        await fixture.Operator.RefusedAsync("PT403", "update spike_land.user_token_balances set balance = 1000 where user_id = $1", id);
        await fixture.Operator.RefusedAsync("PT403", "with gone as (delete from spike_land.user_token_balances where user_id = $1 returning user_id) insert into spike_land.user_token_balances (user_id, balance) select user_id || 'x', 1000 from gone", id);
        await fixture.Service.RefusedAsync("42501", "update spike_land.token_transactions set amount = 1000 where user_id = $1", id);
        await fixture.Operator.RefusedAsync("PT405", "update spike_land.token_transactions set amount = 1000 where user_id = $1", id);
        await fixture.Service.RefusedAsync("42501", "delete from spike_land.token_transactions where user_id = $1", id);
        Assert.Equal(5, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_05_A_balance_is_never_negative_and_an_amount_has_its_type_s_sign()
    {
        var (_, id) = await fixture.LanderAsync(tokens: 5);
        var refusal = await fixture.Service.RefusedAsync("PT402", "insert into spike_land.token_transactions (user_id, amount, type) values ($1, -6, 'SPEND_ENHANCEMENT')", id);
        Assert.Contains("6 tokens are needed and 5 are there", refusal.MessageText, StringComparison.Ordinal);
        await fixture.Service.RefusedAsync("23514", "insert into spike_land.token_transactions (user_id, amount, type) values ($1, 6, 'SPEND_ENHANCEMENT')", id);
        await fixture.Service.RefusedAsync("23514", "insert into spike_land.token_transactions (user_id, amount, type) values ($1, -1, 'EARN_BONUS')", id);
        // What is claimed about balance and number does not count.
        await fixture.Service.ExecuteAsync("insert into spike_land.token_transactions (user_id, amount, type, balance_after, number) values ($1, 1, 'EARN_BONUS', 99, 99)", id);
        Assert.Equal("6 2", await fixture.SeenAsync<string>("select balance_after || ' ' || number from spike_land.token_transactions where user_id = $1 order by number desc limit 1", id));
        await fixture.Operator.RefusedAsync("23505", "insert into spike_land.user_token_balances (user_id) values ($1)", id);
    }

    [Theory]
    [InlineData("FREE", 60, 4)] // one in 15 minutes
    [InlineData("FREE", 14, 0)]
    [InlineData("FREE", 100_000, 100)] // up to the capacity
    [InlineData("STANDARD", 60, 6)] // one in 10
    [InlineData("PREMIUM", 60, 12)]
    public async Task SL_05_Tokens_regenerate_by_tier_and_time(string tier, int minutes, int expected)
    {
        var (_, id) = await fixture.LanderAsync();
        await fixture.Operator.ExecuteAsync("update spike_land.user_token_balances set tier = $2::spike_land.subscription_tier, last_regeneration = '2030-01-01' where user_id = $1", id, tier);
        const string regenerate = "select spike_land_private.regenerate_tokens($1, timestamptz '2030-01-01' + make_interval(mins => $2))";
        Assert.Equal(expected, await fixture.Operator.ScalarAsync<int>(regenerate, id, minutes));
        Assert.Equal(0, await fixture.Operator.ScalarAsync<int>(regenerate, id, minutes)); // the same moment again
        Assert.Equal(expected, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_05_A_begun_interval_is_kept_and_fifty_at_once_regenerate_once()
    {
        var (_, id) = await fixture.LanderAsync();
        await fixture.Operator.ExecuteAsync("update spike_land.user_token_balances set last_regeneration = '2030-01-01' where user_id = $1", id);
        await ApplicationFixture.FiftyAsync("none", _ => fixture.Operator.ExecuteAsync("select spike_land_private.regenerate_tokens($1, '2030-01-01 00:40')", id));
        Assert.Equal(2, await fixture.BalanceAsync(id));
        await fixture.Operator.ExecuteAsync("select spike_land_private.regenerate_tokens($1, '2030-01-01 00:45')", id);
        Assert.Equal(3, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_05_An_account_tells_its_balance_and_an_admin_adjusts_anothers_for_a_reason()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 7);
        Assert.Equal("7 FREE 100 00:15:00", await person.ScalarAsync<string>("select concat_ws(' ', balance, tier, capacity, every) from spike_land.token_account()"));
        await person.RefusedAsync("PT403", "select spike_land.adjust_tokens($1, 100, 'please')", id);
        var (admin, adminId) = await fixture.LanderAsync(role: "ADMIN");
        await admin.RefusedAsync("PT403", "select spike_land.adjust_tokens($1, 100, 'me too')", adminId);
        await admin.RefusedAsync("PT400", "select spike_land.adjust_tokens($1, 100, null)", id);
        await admin.ExecuteAsync("select spike_land.adjust_tokens($1, -3, 'a mistake of ours')", id);
        Assert.Equal(4, await fixture.BalanceAsync(id));
        Assert.True(await admin.ScalarAsync<bool>("select exists (select from spike_land.audit_logs where target_id = $1 and action = 'TOKEN_ADJUSTMENT' and metadata ->> 'amount' = '-3')", id));
    }

    [Fact]
    public async Task SL_06_A_payment_that_succeeds_grants_its_tokens_exactly_once_however_often_that_is_said()
    {
        var (person, id) = await fixture.LanderAsync();
        var intent = await PaymentAsync(id);
        await fixture.Service.ExecuteAsync("update spike_land.tokens_packages set tokens = tokens + 1 where stripe_price_id = 'price_tokens_500'"); // later prices are later's
        await ApplicationFixture.FiftyAsync("none", _ => fixture.Service.ExecuteAsync("select spike_land.settle_token_payment($1, true)", intent));
        Assert.Equal(50, await fixture.BalanceAsync(id));
        Assert.Equal("SUCCEEDED 50 4.99", await person.ScalarAsync<string>("select concat_ws(' ', status, tokens_granted, amount_usd) from spike_land.stripe_payments"));
        await person.RefusedAsync("42501", "select spike_land.settle_token_payment($1, true)", intent);
        await person.RefusedAsync("42501", "update spike_land.stripe_payments set status = 'SUCCEEDED'");
    }

    [Fact]
    public async Task SL_06_A_failed_payment_grants_nothing_and_a_refund_takes_back_what_is_there()
    {
        var (_, id) = await fixture.LanderAsync();
        var failed = await PaymentAsync(id);
        await fixture.Service.ExecuteAsync("select spike_land.settle_token_payment($1, false)", failed);
        Assert.Equal(0, await fixture.BalanceAsync(id));

        var intent = await PaymentAsync(id);
        const string move = "update spike_land.stripe_payments set status = $2::spike_land.stripe_payment_status where stripe_payment_intent_id = $1";
        await fixture.Service.RefusedAsync("PT409", move, intent, "REFUNDED");
        await fixture.Service.ExecuteAsync(move, intent, "SUCCEEDED");
        await fixture.Service.ExecuteAsync("insert into spike_land.token_transactions (user_id, amount, type) values ($1, -20, 'SPEND_ENHANCEMENT')", id);
        await fixture.Service.ExecuteAsync(move, intent, "REFUNDED");
        Assert.Equal(0, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_06_A_refund_takes_what_is_there_once_the_spending_before_it_has_ended()
    {
        var (_, id) = await fixture.LanderAsync();
        var intent = await PaymentAsync(id);
        await fixture.Service.ExecuteAsync("select spike_land.settle_token_payment($1, true)", intent);
        await fixture.WhileAsync(fixture.Service, "insert into spike_land.token_transactions (user_id, amount, type) values ($1, -20, 'SPEND_ENHANCEMENT')", [id],
            () => fixture.Service.ExecuteAsync("update spike_land.stripe_payments set status = 'REFUNDED' where stripe_payment_intent_id = $1", intent));
        Assert.Equal(0, await fixture.BalanceAsync(id));
        Assert.Equal(-30, await fixture.SeenAsync<int>("select amount from spike_land.token_transactions where user_id = $1 and type = 'REVERSE_PURCHASE'", id));
    }

    [Fact]
    public async Task SL_06_Of_two_ends_of_a_payment_at_once_the_first_that_succeeds_stays()
    {
        var (_, id) = await fixture.LanderAsync();
        var intent = await PaymentAsync(id);
        const string settle = "select status::text from spike_land.settle_token_payment($1, $2)";
        Assert.Equal("SUCCEEDED", await fixture.WhileAsync(fixture.Service, settle, [intent, true], () => fixture.Service.ScalarAsync<string>(settle, intent, false)));
        Assert.Equal(50, await fixture.BalanceAsync(id));
        await fixture.Service.RefusedAsync("PT400", settle, intent, (bool?)null);
    }

    private async Task<string> PaymentAsync(string user)
    {
        var intent = $"pi_{Guid.NewGuid():N}";
        // What a careless caller claims of tokens and amount is the package's to say.
        await fixture.Service.ExecuteAsync(
            "insert into spike_land.stripe_payments (user_id, package_id, stripe_payment_intent_id, tokens_granted, amount_usd) select $1, id, $2, 9999, 0.01 from spike_land.tokens_packages where stripe_price_id = 'price_tokens_50'", user, intent);
        return intent;
    }
}
