using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppForge;

public sealed class OperationsTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task AF_15_A_configuration_is_encrypted_one_a_type_and_for_admins()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string add = "insert into appforge.integration_configs (project_id, integration_type, config_data, test_mode) values ($1, $2::appforge.integration_type, $3, true) returning id";
        await world.Editor.RefusedAsync("42501", add, world.Project, "slack", """{"token": "hush-hush"}""");
        await world.Admin.RefusedAsync("PT400", add, world.Project, "slack", "no json");
        await world.Admin.RefusedAsync("22P02", add, world.Project, "fax", "{}");
        var integration = await world.Admin.ScalarAsync<string>(add, world.Project, "slack", """{"token": "hush-hush"}""");
        await world.Admin.RefusedAsync("23505", add, world.Project, "slack", "{}");
        await world.Admin.RefusedAsync("42501", "select config_data from appforge.integration_configs");
        Assert.StartsWith("-----BEGIN PGP MESSAGE-----", await fixture.Service.ScalarAsync<string>("select config_data from appforge.integration_configs where id = $1", integration), StringComparison.Ordinal);
        Assert.Equal("""{"token": "hush-hush"}""", await fixture.Service.ScalarAsync<string>("select hedgerow.decrypt(config_data) from appforge.integration_configs where id = $1", integration));
        Assert.Equal(8L, await fixture.Operator.ScalarAsync<long>("select count(*) from unnest(enum_range(null::appforge.integration_type))"));
        // What was read as cipher text and is written back stays what it is.
        await world.Admin.ExecuteAsync("update appforge.integration_configs set test_mode = false where id = $1", integration);
        Assert.Equal("""{"token": "hush-hush"}""", await fixture.Service.ScalarAsync<string>("select hedgerow.decrypt(config_data) from appforge.integration_configs where id = $1", integration));
    }

    [Fact]
    public async Task AF_15_A_delivered_test_call_sets_last_tested_at()
    {
        var (world, integration) = await IntegrationAsync();
        await world.Viewer.RefusedAsync("PT404", "select appforge.test_integration($1)", integration);
        var delivery = await world.Admin.ScalarAsync<string>("select appforge.test_integration($1)", integration);
        await fixture.Service.ExecuteAsync("select appforge_private.finish_webhook($1, 500)", delivery);
        Assert.True(await world.Admin.ScalarAsync<bool>("select last_tested_at is null from appforge.integration_configs"));
        await fixture.Service.ExecuteAsync("select appforge_private.finish_webhook($1, 204)", delivery);
        Assert.True(await world.Admin.ScalarAsync<bool>("select last_tested_at is not null from appforge.integration_configs"));
        await world.Admin.ExecuteAsync("update appforge.integration_configs set is_active = false");
        await world.Admin.RefusedAsync("PT409", "select appforge.test_integration($1)", integration);
    }

    [Fact]
    public async Task AF_16_A_delivery_is_tried_eight_times_later_and_later_with_jitter()
    {
        var (world, integration) = await IntegrationAsync();
        var delivery = await fixture.Service.ScalarAsync<string>("select appforge_private.queue_webhook($1, 'deployed', '{\"a\": 1}', '2026-01-01 12:00Z')", integration);
        var moment = ApplicationFixture.Moment("2026-01-01 12:00");
        for (var n = 0; n < 7; n++)
        {
            var next = await fixture.Service.ScalarAsync<DateTime>("select next_retry_at from appforge_private.finish_webhook($1, 503, 'busy', $2)", delivery, moment);
            var wait = (next - moment).TotalSeconds;
            Assert.InRange(wait, 5 * Math.Pow(2, n), 15 * Math.Pow(2, n));
            moment = next;
        }
        Assert.True(await fixture.Service.ScalarAsync<bool>("select retry_count = 8 and next_retry_at is null and response_status = 503 and response_body = 'busy' from appforge_private.finish_webhook($1, 503, 'busy', $2)", delivery, moment));
        Assert.Equal(0L, await fixture.Service.ScalarAsync<long>("select count(*) from appforge_private.claim_webhooks(50, '2027-01-01Z') where id = $1", delivery));

        await world.Editor.RefusedAsync("PT404", "select appforge.replay_webhook($1)", delivery);
        var replayed = await world.Admin.ScalarAsync<string>("select appforge.replay_webhook($1)", delivery);
        Assert.True(await world.Admin.ScalarAsync<bool>("select retry_count = 0 and next_retry_at is not null and payload = '{\"a\": 1}' from appforge.webhook_logs where id = $1", replayed));
    }

    [Fact]
    public async Task AF_16_A_delivery_is_claimed_by_one_and_signed()
    {
        var (_, integration) = await IntegrationAsync();
        var delivery = await fixture.Service.ScalarAsync<string>("select appforge_private.queue_webhook($1, 'deployed', '{\"a\": 1}', '2026-01-01 12:00Z')", integration);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.Service.ScalarAsync<long>("select count(*) from appforge_private.claim_webhooks(50, '2026-01-01 12:00Z') where id = $1", delivery)));
        Assert.Equal(1, claimed.Sum());
        var mac = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("whsec"u8, "1767268800.{\"a\": 1}"u8));
        Assert.Equal($"t=1767268800,v1={mac}", await fixture.Service.ScalarAsync<string>("select appforge.sign_webhook($1, '2026-01-01 12:00Z')", delivery));
    }

    [Fact]
    public async Task AF_17_A_deployment_keeps_its_lifecycle_and_is_rolled_back_by_a_new_one()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string deploy = "insert into appforge.deployments (app_id, version, environment) values ($1, $2, $3::appforge.deploy_environment) returning id";
        const string move = "update appforge.deployments set status = $2::appforge.deployment_status where id = $1";
        const string rollback = "select version from appforge.rollback_deployment($1)";
        await world.Viewer.RefusedAsync("42501", deploy, world.App, "1.0.0", "production");
        await world.Stranger.RefusedAsync("42501", deploy, world.App, "1.0.0", "production");
        var first = await world.Editor.ScalarAsync<string>(deploy, world.App, "1.0.0", "production");
        await fixture.Service.RefusedAsync("PT409", move, first, "success");
        await world.Editor.RefusedAsync("42501", move, first, "in_progress");
        await world.Editor.RefusedAsync("PT409", rollback, first);
        await DeployedAsync(first!);
        await world.Editor.RefusedAsync("PT409", rollback, first); // nothing before it
        await DeployedAsync((await world.Editor.ScalarAsync<string>(deploy, world.App, "1.5.0", "staging"))!);
        var second = await world.Editor.ScalarAsync<string>(deploy, world.App, "2.0.0", "production");
        await DeployedAsync(second!);
        await world.Viewer.RefusedAsync("PT404", rollback, second);
        Assert.Equal("1.0.0", await world.Editor.ScalarAsync<string>(rollback, second));
        Assert.Equal("pending production", await world.Editor.ScalarAsync<string>("select concat_ws(' ', status, environment) from appforge.deployments order by created_at desc limit 1"));
        Assert.Equal("1.0.0 pending", await world.Viewer.ScalarAsync<string>("select concat_ws(' ', deployment_version, deployment_status) from appforge.project_overview"));
        await fixture.Service.ExecuteAsync("update appforge.deployments set rollback_available = false where id = $1", first);
        await world.Editor.RefusedAsync("PT409", rollback, second);

        async Task DeployedAsync(string deployment)
        {
            await fixture.Service.ExecuteAsync(move, deployment, "in_progress");
            await fixture.Service.ExecuteAsync(move, deployment, "success");
            Assert.True(await world.Viewer.ScalarAsync<bool>("select completed_at is not null from appforge.deployments where id = $1", deployment));
        }
    }

    [Fact]
    public async Task AF_18_Fifty_versions_at_once_leave_one_current_and_no_gap()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", _ => world.Editor.ExecuteAsync("select appforge.create_project_version($1)", world.Project)));
        Assert.Equal("50 50 1", await world.Viewer.ScalarAsync<string>(
            "select concat_ws(' ', count(distinct version_number), max(version_number::int), count(*) filter (where is_current)) from appforge.project_versions"));
    }

    [Fact]
    public async Task AF_18_Fifty_restorations_at_once_leave_the_project_as_its_current_version_kept_it()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var versions = new string[5];
        for (var n = 0; n < versions.Length; n++)
        {
            await world.Editor.ExecuteAsync("update appforge.projects set name = $2 where id = $1", world.Project, $"Version {n}");
            versions[n] = (await world.Editor.ScalarAsync<string>("select id from appforge.create_project_version($1, $2)", world.Project, $"Version {n}"))!;
        }
        await ApplicationFixture.FiftyAsync("none", n => world.Editor.ExecuteAsync("select appforge.restore_project_version($1)", versions[n % versions.Length]));
        Assert.Equal("1 t", await world.Viewer.ScalarAsync<string>(
            "select concat_ws(' ', count(*), bool_and(v.version_number = p.name)) from appforge.project_versions as v join appforge.projects as p on p.id = v.project_id where v.is_current and p.id = $1", world.Project));
    }

    [Fact]
    public async Task AF_18_A_version_says_what_changed_and_is_restored_exactly()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string document = "select jsonb_build_array(name, description, definition, settings)::text from appforge.projects where id = $1";
        await world.Editor.ExecuteAsync("""update appforge.projects set definition = $2::jsonb, settings = '{"theme": null}' where id = $1""", world.Project,
            "{\"pages\": [\"home\"], \"big\": \"" + new string('x', 100_000) + "\"}");
        var before = await world.Editor.ScalarAsync<string>(document, world.Project);
        var first = await world.Editor.ScalarAsync<string>("select id from appforge.create_project_version($1, 'before')", world.Project);
        await world.Editor.ExecuteAsync("""update appforge.projects set name = 'Hammer', description = 'New', definition = '{"pages": [], "models": 1}' where id = $1""", world.Project);
        await world.Editor.ExecuteAsync("select appforge.create_project_version($1, 'after')", world.Project);
        Assert.Equal("""{"added": ["definition.models"], "changed": ["definition.pages", "description", "name"], "removed": ["definition.big"]}""",
            await world.Viewer.ScalarAsync<string>("select changes::text from appforge.project_versions where version_number = 'after'"));
        Assert.True(await fixture.Operator.ScalarAsync<bool>("select pg_column_size(backup_data) < octet_length(backup_data) / 10 from appforge.project_versions where id = $1", first));

        await world.Viewer.RefusedAsync("PT404", "select appforge.restore_project_version($1)", first);
        await world.Editor.ExecuteAsync("select appforge.restore_project_version($1)", first);
        Assert.Equal(before, await world.Editor.ScalarAsync<string>(document, world.Project));
        Assert.Equal("before", await world.Viewer.ScalarAsync<string>("select string_agg(version_number, ',') from appforge.project_versions where is_current"));
        await world.Owner.RefusedAsync("23505", "select appforge.create_project_version($1, 'after')", world.Project);
        await world.Owner.RefusedAsync("42501", "select backup_data from appforge.project_versions");
    }

    [Fact]
    public async Task AF_19_Audits_are_by_admins_their_distribution_is_derived_and_the_next_is_scheduled()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string add = "insert into appforge.security_audits (project_id, audit_type, findings, completed_at) values ($1, 'vulnerability_scan', $2::jsonb, '2026-01-01Z') returning id";
        await world.Editor.RefusedAsync("42501", add, world.Project, "[]");
        await world.Admin.RefusedAsync("PT400", add, world.Project, """[{"severity": "awful"}]""");
        await world.Admin.ExecuteAsync(add, world.Project, """[{"severity": "high"}, {"severity": "low"}, {"severity": "high"}]""");
        Assert.Equal("""{"low": 1, "high": 2, "medium": 0, "critical": 0}""", await world.Admin.ScalarAsync<string>("select severity_distribution::text from appforge.security_audits"));
        Assert.Equal(ApplicationFixture.Moment("2026-04-01 00:00"), await world.Admin.ScalarAsync<DateTime>("select next_audit_scheduled_at from appforge.security_audits"));
        await world.Admin.RefusedAsync("42501", "update appforge.security_audits set severity_distribution = '{}'");
        Assert.Equal(0L, await world.Editor.ScalarAsync<long>("select count(*) from appforge.security_audits"));
    }

    [Fact]
    public async Task AF_20_A_secret_is_revealed_to_admins_alone_and_each_time_is_counted_and_audited()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var secret = await world.Admin.ScalarAsync<string>("insert into appforge.encrypted_secrets (project_id, secret_name, secret_value) values ($1, 'STRIPE', 'hush-hush') returning id", world.Project);
        const string reveal = "select appforge.reveal_secret($1)";
        foreach (var person in new[] { world.Editor, world.Viewer, world.Stranger }) await person.RefusedAsync("PT404", reveal, secret);
        await fixture.Anyone.RefusedAsync("42501", reveal, secret);
        await world.Owner.RefusedAsync("42501", "select secret_value from appforge.encrypted_secrets");
        Assert.Equal("hush-hush", await world.Admin.ScalarAsync<string>(reveal, secret));
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", _ => world.Owner.ExecuteAsync(reveal, secret)));
        Assert.True(await world.Admin.ScalarAsync<bool>("select access_count = 51 and last_accessed_at is not null from appforge.encrypted_secrets"));
        Assert.Equal(51L, await world.Owner.ScalarAsync<long>("select count(*) from appforge.audit_trails where action = 'revealed' and resource_id = $1", secret));
        await world.Admin.RefusedAsync("42501", "update appforge.encrypted_secrets set access_count = 0");
        Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>("select count(*) from appforge.encrypted_secrets where secret_value not like '-----BEGIN PGP MESSAGE-----%'"));
    }

    [Fact]
    public async Task AF_21_The_trail_has_old_and_new_address_and_agent_no_secret_and_nobody_changes_it()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await using (var session = await fixture.Database.OpenAsUserAsync(world.Admin.Id))
        {
            await session.ExecuteAsync("""select set_config('request.headers', '{"x-forwarded-for": "203.0.113.9", "user-agent": "curl/8"}', true)""");
            await session.ExecuteAsync("update appforge.team_members set role = 'viewer' where user_id = $1", world.Editor.Id.ToString());
            await session.ExecuteAsync("insert into appforge.encrypted_secrets (project_id, secret_name, secret_value) values ($1, 'KEY', 'hush-hush')", world.Project);
            await session.ExecuteAsync("insert into appforge.integration_configs (project_id, integration_type, config_data) values ($1, 'aws', '{\"k\": \"hush-hush\"}')", world.Project);
            await session.ExecuteAsync("insert into appforge.project_permissions (project_id, user_id) values ($1, $2)", world.Project, world.Stranger.Id.ToString());
            await session.CommitAsync();
        }
        Assert.Equal("created integration, created permission, created secret, updated member", await world.Admin.ScalarAsync<string>(
            "select string_agg(action || ' ' || resource_type, ', ' order by action, resource_type) from appforge.audit_trails where ip_address = '203.0.113.9' and user_agent = 'curl/8' and user_id = $1", world.Admin.Id.ToString()));
        Assert.Equal("editor viewer", await world.Owner.ScalarAsync<string>(
            "select concat_ws(' ', old_value::jsonb ->> 'role', new_value::jsonb ->> 'role') from appforge.audit_trails where action = 'updated' and resource_type = 'member'"));
        // The hyphen is in no key of a row: none holds the secret by chance.
        Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>("select count(*) from appforge.audit_trails as t where t::text like '%hush-hush%'"));
        await world.Admin.ExecuteAsync("update appforge.encrypted_secrets set secret_value = 'other' where secret_name = 'KEY'");
        Assert.Contains("secret_value", await world.Admin.ScalarAsync<string>("select new_value from appforge.audit_trails where action = 'updated' and resource_type = 'secret'"), StringComparison.Ordinal);

        Assert.Equal(0L, await world.Stranger.ScalarAsync<long>("select count(*) from appforge.audit_trails"));
        foreach (var writer in new[] { world.Owner, fixture.Service })
        {
            await writer.RefusedAsync("42501", "delete from appforge.audit_trails");
            await writer.RefusedAsync("42501", "insert into appforge.audit_trails (user_id, action, resource_type) values ('x', 'x', 'x')");
        }
        await fixture.Operator.RefusedAsync("PT405", "update appforge.audit_trails set action = 'x'");
    }

    private async Task<(ForgeWorld World, string Integration)> IntegrationAsync()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var integration = await world.Admin.ScalarAsync<string>(
            "insert into appforge.integration_configs (project_id, integration_type, webhook_url, webhook_secret) values ($1, 'slack', 'https://hooks.example', 'whsec') returning id", world.Project);
        return (world, integration!);
    }
}
