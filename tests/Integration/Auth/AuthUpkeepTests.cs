using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary><c>hedgerow jobs run platform.clean-up-auth</c>: what goes, and what must not.</summary>
public sealed class AuthUpkeepTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private Task CleanUpAsync(string arguments = "now()") => _platform.Database.ExecuteAsync($"select hedgerow.clean_up_auth({arguments})");

    private Task<Answer> RefreshAsync(string token) =>
        _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = token });

    [Fact]
    public async Task Sessions_that_have_ended_go_and_those_that_go_on_stay()
    {
        var (ended, present) = (await _platform.SignUpAsync(), await _platform.SignUpAsync());
        await _platform.Database.ExecuteAsync("update auth.sessions set not_after = now() - interval '25 hours' where user_id = $1", ended.Id);

        await CleanUpAsync();

        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.sessions where user_id = $1", ended.Id));
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.refresh_tokens where user_id = $1::text", ended.Id.ToString()));
        Assert.Equal(200, (await RefreshAsync(present.RefreshToken)).Status);
    }

    [Theory]
    [InlineData("timebox => '1 hour'")]
    [InlineData("inactivity => '1 hour'")]
    public async Task The_gateways_own_limits_count_where_they_are_told(string limit)
    {
        var user = await _platform.SignUpAsync();
        await _platform.Database.ExecuteAsync("update auth.sessions set created_at = now() - interval '26 hours', refreshed_at = null where user_id = $1", user.Id);
        await CleanUpAsync();
        Assert.Equal(1, await _platform.Database.ScalarAsync<long>("select count(*) from auth.sessions where user_id = $1", user.Id));

        await CleanUpAsync($"now(), {limit}");

        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.sessions where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_token_that_was_spent_weeks_ago_still_tells_of_a_theft_and_goes_after_a_month()
    {
        var user = await _platform.SignUpAsync();
        await RefreshAsync(user.RefreshToken);
        const string Age = "update auth.refresh_tokens set updated_at = now() - $2::interval where token = $1";
        await _platform.Database.ExecuteAsync(Age, user.RefreshToken, "29 days");
        await CleanUpAsync();
        Assert.True(await _platform.Database.ScalarAsync<bool>("select true from auth.refresh_tokens where token = $1", user.RefreshToken));

        await _platform.Database.ExecuteAsync(Age, user.RefreshToken, "31 days");
        await CleanUpAsync();

        Assert.Equal("refresh_token_not_found", (await RefreshAsync(user.RefreshToken)).ErrorCode);
        Assert.Equal(1, await _platform.Database.ScalarAsync<long>("select count(*) from auth.refresh_tokens where user_id = $1::text", user.Id.ToString()));
    }

    [Fact]
    public async Task One_side_of_a_change_of_address_never_becomes_enough_because_the_other_ones_token_is_old()
    {
        var user = await _platform.SignUpAsync();
        const string Token = """
            insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at)
            values (gen_random_uuid(), $1, $2::auth.one_time_token_type, gen_random_uuid()::text, 'x', now() at time zone 'utc' - $3::interval)
            """;
        await _platform.Database.ExecuteAsync(Token, user.Id, "email_change_token_current", "3 days");
        await _platform.Database.ExecuteAsync(Token, user.Id, "email_change_token_new", "1 minute");
        await _platform.Database.ExecuteAsync(Token, user.Id, "recovery_token", "3 days");

        await CleanUpAsync();

        Assert.Equal("email_change_token_current email_change_token_new", await _platform.Database.ScalarAsync<string>(
            "select string_agg(token_type::text, ' ' order by token_type::text) from auth.one_time_tokens where user_id = $1", user.Id));
        await CleanUpAsync("now() + interval '3 days'");
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.one_time_tokens where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Flows_challenges_and_factors_that_nobody_finished_go()
    {
        var user = await _platform.SignUpAsync();
        await _platform.Database.ExecuteAsync(
            """
            with factors as (
              insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at)
              select gen_random_uuid(), $1, s, 'totp', s::auth.factor_status, now() - interval '2 days', now() from unnest(array['verified', 'unverified']) as s
              returning id),
            challenges as (
              insert into auth.mfa_challenges (id, factor_id, created_at, ip_address) select gen_random_uuid(), id, now() - interval '2 days', '127.0.0.1' from factors)
            insert into auth.flow_state (id, user_id, provider_type, authentication_method, created_at) values (gen_random_uuid(), $1, 'email', 'email', now() - interval '3 days')
            """, user.Id);

        await CleanUpAsync();

        Assert.Equal("verified", await _platform.Database.ScalarAsync<string>("select string_agg(status::text, ' ') from auth.mfa_factors where user_id = $1", user.Id));
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>(
            "select (select count(*) from auth.flow_state where user_id = $1) + (select count(*) from auth.mfa_challenges c join auth.mfa_factors f on f.id = c.factor_id where f.user_id = $1)", user.Id));
    }

    [Fact]
    public async Task Only_the_scheduler_and_the_service_role_may() =>
        Assert.Equal("false false true true", await _platform.Database.ScalarAsync<string>(
            "select string_agg(has_function_privilege(r, 'hedgerow.clean_up_auth(timestamptz, interval, interval)', 'execute')::text, ' ' order by r) from unnest(array['anon', 'authenticated', 'hedgerow_jobs', 'service_role']) as r"));
}
