using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.WebBuilder;

public sealed class SubscriptionTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Campaign = "insert into web_builder.campaigns (name) values ('Spring')";

    [Fact]
    public async Task C_01_An_account_has_its_profile_and_takes_everything_along_when_it_goes()
    {
        var person = await fixture.SignUpAsync();
        Assert.Equal($"{person.Id:N}@example.com", await person.ScalarAsync<string>("select email from web_builder.users"));
        var campaign = await person.ScalarAsync<Guid>(Campaign + " returning id");
        var component = await person.ScalarAsync<Guid>("insert into web_builder.campaign_components (campaign_id, name, component_type, code) values ($1, 'Hero', 'hero_section', '<h1>') returning id", campaign);
        await person.ExecuteAsync("insert into web_builder.ai_generations (campaign_id, component_id, generation_type, prompt_text) values ($1, $2, 'component', 'Write it')", campaign, component);
        await fixture.Anyone.ExecuteAsync("select web_builder.track_event($1, 'view', $2)", campaign, component);
        await person.ExecuteAsync("insert into web_builder.component_library (name, component_type, code) values ('Hero', 'hero_section', '<h1>')");

        await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", person.Id);

        foreach (var table in new[] { "campaigns", "ai_generations", "component_library", "user_usage", "audit_log", "ai_cost_tracking" })
            Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>($"select count(*) from web_builder.{table} where user_id = $1", person.Id));
    }

    [Fact]
    public async Task WB_01_An_ended_subscription_means_the_limits_of_freemium()
    {
        var person = await fixture.SignUpAsync();
        await fixture.Service.ExecuteAsync("update web_builder.users set subscription_tier = 'agency', subscription_ends_at = now() + interval '1 day' where id = $1", person.Id);
        for (var n = 0; n < 4; n++) await person.ExecuteAsync(Campaign);
        Assert.Equal("agency", await person.ScalarAsync<string>("select tier from web_builder.my_usage() limit 1"));

        await fixture.Service.ExecuteAsync("update web_builder.users set subscription_ends_at = now() - interval '1 second' where id = $1", person.Id);
        Assert.Equal("freemium", await person.ScalarAsync<string>("select tier from web_builder.my_usage() limit 1"));
        await person.RefusedAsync("PT402", Campaign);
    }

    [Fact]
    public async Task WB_01_An_inactive_account_reaches_nothing()
    {
        var person = await fixture.SignUpAsync();
        var campaign = await person.ScalarAsync<Guid>(Campaign + " returning id");
        await fixture.Service.ExecuteAsync("update web_builder.users set is_active = false where id = $1", person.Id);

        Assert.Equal(0L, await person.ScalarAsync<long>("select (select count(*) from web_builder.users) + (select count(*) from web_builder.campaigns)"));
        await person.RefusedAsync("42501", Campaign);
        await person.RefusedAsync("PT404", "select web_builder.generate_campaign($1, 'x')", campaign);
        await fixture.Anyone.RefusedAsync("PT404", "select web_builder.track_event($1, 'view')", campaign);
        await person.RefusedAsync("42501", "update web_builder.users set is_active = true");
    }

    [Theory]
    [InlineData("subscription_tier = 'agency'")]
    [InlineData("subscription_status = 'trial'")]
    [InlineData("subscription_ends_at = null")]
    [InlineData("is_active = true")]
    public async Task WB_01_A_person_sets_no_tier(string change) =>
        await (await fixture.SignUpAsync()).RefusedAsync("42501", $"update web_builder.users set {change}");

    [Fact]
    public async Task WB_01_Last_active_follows_sign_in_and_use()
    {
        var person = await fixture.SignUpAsync();
        await fixture.AuthRoom.ExecuteAsync("update auth.users set last_sign_in_at = '2026-02-03 04:05Z' where id = $1", person.Id);
        Assert.Equal(ApplicationFixture.Moment("2026-02-03 04:05"), await person.ScalarAsync<DateTime>("select last_active_at from web_builder.users"));
        await person.ExecuteAsync(Campaign);
        Assert.True(await person.ScalarAsync<bool>("select last_active_at > now() - interval '1 minute' from web_builder.users"));
    }

    [Fact]
    public async Task WB_02_Fifty_campaigns_at_once_never_pass_the_tier_s_limit()
    {
        var person = await fixture.SignUpAsync();
        var refused = await ApplicationFixture.FiftyAsync("PT402", _ => person.ExecuteAsync(Campaign));
        Assert.Equal(47, refused);
        Assert.Equal(3, await person.ScalarAsync<int>("select campaigns_generated from web_builder.user_usage"));
        Assert.Equal(3L, await person.ScalarAsync<long>("select count(*) from web_builder.campaigns"));
        Assert.Contains("\"freemium\" allows 3 campaigns", (await person.RefusedAsync("PT402", Campaign)).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WB_02_Usage_is_a_row_a_month_raised_by_what_is_used()
    {
        var person = await fixture.SignUpAsync();
        await fixture.Operator.ExecuteAsync("select web_builder_private.use($1, 'ai_credits_used', 1, '2026-01-31 23:59Z'), web_builder_private.use($1, 'storage_bytes_used', 100, '2026-01-31 23:59Z')", person.Id);
        await fixture.Operator.ExecuteAsync("select web_builder_private.use($1, 'ai_credits_used', 2, '2026-02-01 00:00Z')", person.Id);
        Assert.Equal("2026-01-01 1 100; 2026-02-01 2 100", await person.ScalarAsync<string>(
            "select string_agg(concat_ws(' ', month, ai_credits_used, storage_bytes_used), '; ' order by month) from web_builder.user_usage"));

        var campaign = await person.ScalarAsync<Guid>(Campaign + " returning id");
        var component = await person.ScalarAsync<Guid>("insert into web_builder.campaign_components (campaign_id, name, component_type, code, css_styles) values ($1, 'Form', 'form', 'äb', 'x') returning id", campaign);
        await person.ExecuteAsync("insert into web_builder.ai_generations (generation_type, prompt_text) values ('analysis', 'Why?')");
        await fixture.Service.ExecuteAsync("select web_builder.record_api_calls($1, 7)", person.Id);
        const string now = "select concat_ws(' ', campaigns_generated, ai_credits_used, storage_bytes_used, api_calls_made) from web_builder.user_usage order by month desc limit 1";
        Assert.Equal("1 1 104 7", await person.ScalarAsync<string>(now));

        await person.ExecuteAsync("update web_builder.campaign_components set code = 'b' where id = $1", component);
        Assert.Equal("1 1 102 7", await person.ScalarAsync<string>(now));
        await person.ExecuteAsync("delete from web_builder.campaigns where id = $1", campaign);
        Assert.Equal("1 1 100 7", await person.ScalarAsync<string>(now));
        await person.RefusedAsync("42501", "update web_builder.user_usage set ai_credits_used = 0");
        await person.RefusedAsync("42501", "select web_builder.record_api_calls($1, 1)", person.Id);
    }

    [Fact]
    public async Task WB_02_Bytes_over_the_limit_are_refused_and_nothing_is_kept()
    {
        var person = await fixture.SignUpAsync();
        await person.RefusedAsync("PT402", "insert into web_builder.component_library (name, component_type, code) values ('Huge', 'custom', repeat('x', 52428801))");
        Assert.Equal(0L, await person.ScalarAsync<long>("select (select count(*) from web_builder.component_library) + (select count(*) from web_builder.user_usage where storage_bytes_used > 0)"));
    }

    [Fact]
    public async Task WB_03_Credentials_are_encrypted_and_one_connection_a_platform()
    {
        var person = await fixture.SignUpAsync();
        const string connect = "insert into web_builder.platform_integrations (platform_type, encrypted_credentials) values ('wordpress', 'hush') returning id";
        var integration = await person.ScalarAsync<Guid>(connect);
        await person.RefusedAsync("23505", connect);
        await person.RefusedAsync("42501", "select encrypted_credentials from web_builder.platform_integrations");
        await person.RefusedAsync("42501", "select web_builder.reveal_platform_credentials($1)", integration);
        Assert.StartsWith("-----BEGIN PGP MESSAGE-----", await fixture.Service.ScalarAsync<string>("select encrypted_credentials from web_builder.platform_integrations where id = $1", integration), StringComparison.Ordinal);
        Assert.Equal("hush", await fixture.Service.ScalarAsync<string>("select web_builder.reveal_platform_credentials($1)", integration));

        await person.RefusedAsync("42501", "update web_builder.platform_integrations set connection_status = 'connected'");
        await fixture.Service.RefusedAsync("PT409", "update web_builder.platform_integrations set sync_status = 'completed' where id = $1", integration);
    }

    [Fact]
    public async Task WB_03_Sync_and_connection_keep_their_lifecycles_and_analyses_their_cost_and_time()
    {
        var (person, stranger) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var integration = await person.ScalarAsync<Guid>("insert into web_builder.platform_integrations (platform_type) values ('simvoly') returning id");
        await stranger.RefusedAsync("PT404", "select web_builder.sync_platform($1)", integration);
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => person.ExecuteAsync("select web_builder.sync_platform($1)", integration))); // until it ends
        Assert.Equal(1L, await fixture.Service.ScalarAsync<long>("select count(*) from web_builder.job_queue where payload ->> 'integration_id' = $1", integration.ToString()));
        await fixture.Service.ExecuteAsync("update web_builder.platform_integrations set sync_status = 'completed', connection_status = 'connected' where id = $1", integration);
        Assert.True(await person.ScalarAsync<bool>("select last_sync_at is not null from web_builder.platform_integrations"));
        await fixture.Service.RefusedAsync("PT409", "update web_builder.platform_integrations set connection_status = 'pending' where id = $1", integration);

        await fixture.Service.ExecuteAsync("insert into web_builder.platform_analyses (integration_id, analysis_type, ai_cost, processing_time_seconds) values ($1, 'full_audit', 0.1234, 12)", integration);
        Assert.Equal(0.1234m, await person.ScalarAsync<decimal>("select ai_cost from web_builder.platform_analyses"));
        Assert.Equal(0L, await stranger.ScalarAsync<long>("select count(*) from web_builder.platform_analyses"));
        await fixture.Service.RefusedAsync("23514", "insert into web_builder.platform_analyses (integration_id, analysis_type, ai_cost) values ($1, 'full_audit', -1)", integration);
        Assert.Equal(2, await person.ScalarAsync<int>("select api_calls_made from web_builder.user_usage")); // the sync and the analysis
    }
}
