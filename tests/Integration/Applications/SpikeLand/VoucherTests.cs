using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class VoucherTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Referred = "select count(*) from spike_land.users where referred_by_id is not null";
    private const string Redeem = "select tokens_granted from spike_land.redeem_voucher($1)";

    [Fact]
    public async Task SL_08_Ten_uses_are_ten_though_fifty_people_come_at_once()
    {
        var code = await VoucherAsync("FIXED_TOKENS", 25, maxUses: 10);
        var people = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.SignUpAsync()));
        Assert.Equal(40, await ApplicationFixture.FiftyAsync("PT410", n => people[n].ExecuteAsync(Redeem, code)));
        Assert.Equal("10 DEPLETED 10", await fixture.SeenAsync<string>(
            "select concat_ws(' ', current_uses, status, (select count(*) from spike_land.voucher_redemptions as r where r.voucher_id = v.id)) from spike_land.vouchers as v where code = $1", code));
    }

    [Fact]
    public async Task SL_08_A_voucher_works_once_for_a_person_who_tries_fifty_times_at_once()
    {
        var code = await VoucherAsync("FIXED_TOKENS", 25);
        var (person, id) = await fixture.LanderAsync();
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => person.ExecuteAsync(Redeem, code.ToLowerInvariant())));
        Assert.Equal(25, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_08_An_expired_an_inactive_and_an_invented_one_grant_nothing()
    {
        var (person, id) = await fixture.LanderAsync();
        var expired = await VoucherAsync("FIXED_TOKENS", 25);
        await fixture.Service.ExecuteAsync("update spike_land.vouchers set expires_at = now() - interval '1 second' where code = $1", expired);
        await person.RefusedAsync("PT410", Redeem, expired);
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.expire-vouchers')");
        Assert.Equal("EXPIRED", await fixture.SeenAsync<string>("select status::text from spike_land.vouchers where code = $1", expired));
        var inactive = await VoucherAsync("FIXED_TOKENS", 25);
        await fixture.Service.ExecuteAsync("update spike_land.vouchers set status = 'INACTIVE' where code = $1", inactive);
        await person.RefusedAsync("PT404", Redeem, inactive);
        await person.RefusedAsync("PT404", Redeem, "INVENTED-CODE");
        await fixture.Anyone.RefusedAsync("42501", Redeem, inactive);
        Assert.Equal(0, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_08_A_percentage_adds_to_the_last_purchase_and_a_trial_is_a_share_of_the_smallest_plan()
    {
        var (person, id) = await fixture.LanderAsync();
        var bonus = await VoucherAsync("PERCENTAGE_BONUS", 15);
        await person.RefusedAsync("PT409", Redeem, bonus);
        await fixture.Service.ExecuteAsync(
            "insert into spike_land.stripe_payments (user_id, package_id, stripe_payment_intent_id, status) select $1, id, $1, 'SUCCEEDED' from spike_land.tokens_packages where stripe_price_id = 'price_tokens_150'", id);
        Assert.Equal(23, await person.ScalarAsync<int>(Redeem, bonus)); // 22.5, rounded up
        Assert.Equal(24, await person.ScalarAsync<int>(Redeem, await VoucherAsync("SUBSCRIPTION_TRIAL", 7))); // 7 days of 100 a month
        Assert.Equal(150 + 23 + 24, await fixture.BalanceAsync(id));
    }

    [Fact]
    public async Task SL_08_Only_admins_see_and_make_vouchers_and_nobody_counts_their_uses()
    {
        var (person, _) = await fixture.LanderAsync();
        await VoucherAsync("FIXED_TOKENS", 1);
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.vouchers"));
        await person.RefusedAsync("42501", "insert into spike_land.vouchers (type, value) values ('FIXED_TOKENS', 1000)");
        var (admin, adminId) = await fixture.LanderAsync(role: "ADMIN");
        var id = await admin.ScalarAsync<string>("insert into spike_land.vouchers (type, value) values ('FIXED_TOKENS', 10) returning id");
        await admin.RefusedAsync("42501", "update spike_land.vouchers set current_uses = 0 where id = $1", id);
        Assert.True(await admin.ScalarAsync<bool>("select exists (select from spike_land.audit_logs where user_id = $1 and action = 'VOUCHER_CREATE' and target_id = $2)", adminId, id));
    }

    [Fact]
    public async Task SL_09_The_referee_s_first_completed_action_grants_both_and_only_once()
    {
        var (referrer, referrerId) = await fixture.LanderAsync();
        var (referee, refereeId) = await fixture.LanderAsync(tokens: 20);
        var code = await referrer.ScalarAsync<string>("select referral_code from spike_land.users");
        await referee.ExecuteAsync("select spike_land.use_referral_code($1)", code!.ToLowerInvariant());
        Assert.Equal(0, await fixture.BalanceAsync(referrerId)); // nothing is completed yet

        var image = await fixture.ImageAsync(referee);
        var jobs = new List<string>();
        for (var n = 0; n < 8; n++) jobs.Add(await referee.JobAsync(image));
        await Task.WhenAll(jobs.Select(job => fixture.CompleteAsync(job)));
        Assert.Equal("50 54", $"{await fixture.BalanceAsync(referrerId)} {await fixture.BalanceAsync(refereeId)}");
        Assert.Equal("COMPLETED 50 1", await fixture.SeenAsync<string>(
            "select concat_ws(' ', r.status, r.tokens_granted, u.referral_count) from spike_land.referrals as r join spike_land.users as u on u.id = r.referrer_id where r.referee_id = $1", refereeId));
        Assert.Equal(referrerId, await referee.ScalarAsync<string>("select referred_by_id from spike_land.users"));
    }

    [Fact]
    public async Task SL_09_Nobody_refers_themselves_or_is_referred_twice_or_late()
    {
        var (first, _) = await fixture.LanderAsync();
        var (second, _) = await fixture.LanderAsync();
        var (referee, _) = await fixture.LanderAsync();
        const string use = "select spike_land.use_referral_code($1)";
        const string code = "select referral_code from spike_land.users";
        await referee.RefusedAsync("PT409", use, await referee.ScalarAsync<string>(code));
        await referee.RefusedAsync("PT404", use, "NOBODYS");
        var firstCode = await first.ScalarAsync<string>(code);
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => referee.ExecuteAsync(use, firstCode)));
        await referee.RefusedAsync("PT409", use, await second.ScalarAsync<string>(code));

        // Nor is the friend who brought somebody brought by them in turn.
        await first.RefusedAsync("PT409", use, await referee.ScalarAsync<string>(code));

        var (old, _) = await fixture.LanderAsync(tokens: 2);
        await fixture.CompleteAsync(await old.JobAsync(await fixture.ImageAsync(old)));
        await old.RefusedAsync("PT409", use, firstCode);
        await referee.RefusedAsync("42501", "insert into spike_land.referrals (referrer_id, referee_id) select id, id from spike_land.users");
    }

    [Fact]
    public async Task SL_09_Of_two_who_name_each_other_at_once_one_is_referred()
    {
        var ((first, _), (second, _)) = (await fixture.LanderAsync(), await fixture.LanderAsync());
        const string use = "select spike_land.use_referral_code($1)", code = "select referral_code from spike_land.users";
        var codes = (await first.ScalarAsync<string>(code), await second.ScalarAsync<string>(code));
        await fixture.WhileAsync(first, use, [codes.Item2], () => second.RefusedAsync("PT409", use, codes.Item1));
        Assert.Equal("1 0", $"{await first.ScalarAsync<long>(Referred)} {await second.ScalarAsync<long>(Referred)}");
    }

    [Fact]
    public async Task SL_09_The_same_address_is_flagged_and_waits_for_an_admin()
    {
        var (referrer, referrerId) = await fixture.LanderAsync();
        var (referee, refereeId) = await fixture.LanderAsync(tokens: 2);
        await fixture.AuthRoom.ExecuteAsync("insert into auth.sessions (id, user_id, ip, created_at, updated_at) values (gen_random_uuid(), $1, '203.0.113.9', now(), now())", referrer.Id);
        var code = await referrer.ScalarAsync<string>("select referral_code from spike_land.users");
        await referee.Sending("x-forwarded-for", "203.0.113.9").ExecuteAsync("select spike_land.use_referral_code($1)", code);
        await fixture.CompleteAsync(await referee.JobAsync(await fixture.ImageAsync(referee)));
        var referral = await fixture.SeenAsync<string>("select id from spike_land.referrals where referee_id = $1 and is_suspicious and status = 'PENDING'", refereeId);
        Assert.NotNull(referral);
        Assert.Equal(0, await fixture.BalanceAsync(referrerId));

        await referrer.RefusedAsync("PT403", "select spike_land.review_referral($1, true)", referral);
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        await admin.ExecuteAsync("select spike_land.review_referral($1, true)", referral);
        Assert.Equal(50, await fixture.BalanceAsync(referrerId));
        await admin.RefusedAsync("PT409", "select spike_land.review_referral($1, false)", referral);
    }

    private async Task<string> VoucherAsync(string type, int value, int? maxUses = null) => (await fixture.Service.ScalarAsync<string>(
        "insert into spike_land.vouchers (type, value, max_uses) values ($1::spike_land.voucher_type, $2, $3) returning code", type, value, maxUses))!;
}
