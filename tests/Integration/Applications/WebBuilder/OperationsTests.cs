using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.WebBuilder;

/// <summary>Settings, the job queue, timestamps and the audit log.</summary>
public sealed class OperationsTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Queue = "insert into web_builder.job_queue (job_type, payload, priority, scheduled_at, max_attempts) values ($1, '{}', $2, '2026-01-01Z', 2) returning id";
    private const string Claim = "select id from web_builder_private.claim_job($1, array[$2], '5 minutes', $3)";
    private static readonly DateTime s_noon = ApplicationFixture.Moment("2026-01-01 12:00");

    [Fact]
    public async Task WB_10_Public_settings_are_readable_and_only_service_writes()
    {
        await fixture.Service.ExecuteAsync("insert into web_builder.app_settings (key, value, is_public) values ('open', '1', true), ('closed', '2', false)");
        var person = await fixture.SignUpAsync();
        foreach (var reader in new[] { fixture.Anyone, person })
        {
            Assert.Equal("open", await reader.ScalarAsync<string>("select string_agg(key, ',') from web_builder.app_settings where key in ('open', 'closed')"));
            await reader.RefusedAsync("42501", "update web_builder.app_settings set value = '3'");
        }
    }

    [Fact]
    public async Task WB_10_Jobs_are_claimed_by_priority_then_age_and_never_by_two()
    {
        for (var n = 0; n < 25; n++) await fixture.Service.ScalarAsync<Guid>(Queue, "many", 0);
        var urgent = await fixture.Service.ScalarAsync<Guid>(Queue, "many", 5);
        Assert.Equal(urgent, await fixture.Service.ScalarAsync<Guid>(Claim, "w0", "many", s_noon));
        var claimed = await Task.WhenAll(Enumerable.Range(1, 50).Select(n => fixture.Service.ScalarAsync<Guid>(Claim, $"w{n}", "many", s_noon)));
        Assert.Equal(25, claimed.Where(id => id != default).Distinct().Count());
        Assert.Equal(25, claimed.Count(id => id != default));
    }

    [Fact]
    public async Task WB_10_A_failed_job_is_retried_later_and_at_last_fails()
    {
        var job = await fixture.Service.ScalarAsync<Guid>(Queue, "failing", 0);
        await fixture.Service.ScalarAsync<Guid>(Claim, "w", "failing", s_noon);
        Assert.Equal("retrying", await fixture.Service.ScalarAsync<string>("select status from web_builder_private.fail_job($1, 'w', 'no', $2)", job, s_noon));
        Assert.Equal(default, await fixture.Service.ScalarAsync<Guid>(Claim, "w", "failing", s_noon.AddSeconds(9)));
        Assert.Equal(job, await fixture.Service.ScalarAsync<Guid>(Claim, "w", "failing", s_noon.AddSeconds(10)));
        Assert.Equal("failed", await fixture.Service.ScalarAsync<string>("select status from web_builder_private.fail_job($1, 'w', 'no', $2)", job, s_noon));
        await fixture.Service.RefusedAsync("PT409", "update web_builder.job_queue set status = 'pending' where id = $1", job);
    }

    [Fact]
    public async Task WB_10_A_worker_that_dies_gives_its_job_back()
    {
        var job = await fixture.Service.ScalarAsync<Guid>(Queue, "dying", 0);
        await fixture.Service.ScalarAsync<Guid>(Claim, "dead", "dying", s_noon);
        Assert.Equal(1, await fixture.Service.ScalarAsync<int>("select web_builder_private.release_dead_jobs($1)", s_noon.AddMinutes(5)));
        Assert.Equal(job, await fixture.Service.ScalarAsync<Guid>(Claim, "alive", "dying", s_noon.AddMinutes(6)));
        await fixture.Service.RefusedAsync("PT409", "select web_builder_private.complete_job($1, 'dead')", job);
        Assert.Equal("completed", await fixture.Service.ScalarAsync<string>("select status from web_builder_private.complete_job($1, 'alive')", job));
    }

    [Fact]
    public async Task WB_11_Every_table_has_automatic_timestamps() =>
        Assert.Null(await fixture.Operator.ScalarAsync<string>(
            """
            select string_agg(c.relname, ', ') from pg_class c
            where c.relnamespace = 'web_builder'::regnamespace and c.relkind = 'r' and not (
              (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attname in ('created_at', 'updated_at') and a.atthasdef) = 2
              and exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname in ('touch_updated_at', 'refuse_update') and t.tgtype & 19 = 19))
            """));

    [Fact]
    public async Task WB_11_Critical_tables_are_audited_without_secrets()
    {
        var person = await fixture.SignUpAsync();
        await fixture.Service.ExecuteAsync("update web_builder.users set subscription_tier = 'business' where id = $1", person.Id);
        var integration = await person.ScalarAsync<Guid>("insert into web_builder.platform_integrations (platform_type, encrypted_credentials) values ('custom', 'hush') returning id");
        Assert.Equal("freemium business", await person.ScalarAsync<string>(
            "select concat_ws(' ', old_values ->> 'subscription_tier', new_values ->> 'subscription_tier') from web_builder.audit_log where table_name = 'users' and changed_by is null and action = 'update'"));
        Assert.Equal(1L, await person.ScalarAsync<long>(
            "select count(*) from web_builder.audit_log where row_id = $1 and changed_by = user_id and not new_values ? 'encrypted_credentials'", integration.ToString()));
        Assert.Equal(0L, await (await fixture.SignUpAsync()).ScalarAsync<long>("select count(*) from web_builder.audit_log where row_id = $1", integration.ToString()));
        await fixture.Service.RefusedAsync("42501", "delete from web_builder.audit_log");
        await fixture.Operator.RefusedAsync("PT405", "update web_builder.audit_log set action = 'delete'");
    }

    [Fact]
    public async Task WB_11_What_somebody_builds_and_what_everybody_s_limits_are_is_audited_too()
    {
        var person = await fixture.SignUpAsync();
        var campaign = await person.ScalarAsync<Guid>("insert into web_builder.campaigns (name) values ('Spring') returning id");
        var component = await person.ScalarAsync<Guid>("insert into web_builder.component_library (name, component_type, code) values ('Hero', 'hero_section', '<h1>') returning id");
        await person.ExecuteAsync("update web_builder.campaigns set name = 'Summer' where id = $1", campaign);
        await person.ExecuteAsync("delete from web_builder.component_library where id = $1", component);
        Assert.Equal("campaigns insert, component_library insert, campaigns update, component_library delete", await person.ScalarAsync<string>(
            "select string_agg(table_name || ' ' || action, ', ' order by created_at) from web_builder.audit_log where row_id in ($1, $2)", campaign.ToString(), component.ToString()));
        const string settings = "select count(*) from web_builder.audit_log where table_name = 'app_settings'";
        var before = await fixture.Operator.ScalarAsync<long>(settings);
        await fixture.Service.ExecuteAsync("update web_builder.app_settings set value = value where key = (select min(key) from web_builder.app_settings)");
        await fixture.Service.ExecuteAsync("update web_builder.app_settings set value = value || '{\"x\": 1}' where key = 'subscription_limits'");
        await fixture.Service.ExecuteAsync("update web_builder.app_settings set value = value - 'x' where key = 'subscription_limits'");
        Assert.True(await fixture.Operator.ScalarAsync<long>(settings) >= before + 2);
    }

    [Fact]
    public async Task WB_11_Partial_indexes_cover_active_rows() =>
        Assert.Equal(7L, await fixture.Operator.ScalarAsync<long>(
            "select count(*) from pg_indexes where schemaname = 'web_builder' and indexname = any ($1) and indexdef like '% WHERE %'",
            (object)new[] { "idx_users_active", "idx_campaigns_active", "idx_component_library_public", "idx_component_library_marketplace", "idx_job_queue_waiting", "idx_ai_generations_processing", "idx_platform_integrations_connected" }));
}
