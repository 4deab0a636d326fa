using Hedgerow.Tests.Integration.Applications.AppForge;
using Hedgerow.Tests.Integration.Applications.SpikeLand;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications;

/// <summary>
/// Workers that claim from a queue: the second neither waits for the first nor gets what the first holds, and gets it when the first dies. Two open
/// transactions show it every time; fifty at once show it when they happen to meet.
/// </summary>
public sealed class WorkerTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task AF_08_A_sender_of_alerts_waits_for_no_other()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await fixture.Operator.ExecuteAsync(
            """
            with broken as (
              insert into appforge.app_errors (app_id, error_fingerprint, error_type, error_message, severity) values ($1, 'f', 'E', 'm', 'high') returning id)
            insert into appforge.error_alerts (app_id, error_id, user_id, alert_type, hour, next_attempt_at)
            select $1, b.id, u.id, 'email', now(), '2026-01-01Z' from broken as b, appforge.users as u where u.id::text = $2
            """, world.App, world.Owner.Id.ToString());
        await ClaimedByOneAsync("select count(*) from appforge_private.claim_alerts(50, '2026-01-01 12:00Z')", expected: 1);
    }

    [Fact]
    public async Task AF_16_A_sender_of_webhooks_waits_for_no_other()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var integration = await world.Admin.ScalarAsync<string>(
            "insert into appforge.integration_configs (project_id, integration_type, webhook_url, webhook_secret) values ($1, 'slack', 'https://hooks.example', 'whsec') returning id", world.Project);
        await fixture.Service.ExecuteAsync("select appforge_private.queue_webhook($1, 'deployed', '{\"a\": 1}', '2026-01-01 12:00Z')", integration);
        await ClaimedByOneAsync("select count(*) from appforge_private.claim_webhooks(50, '2026-01-01 12:00Z')", expected: 1);
    }

    [Fact]
    public async Task SL_11_A_worker_that_enhances_waits_for_no_other()
    {
        var (person, _) = await fixture.LanderAsync(tokens: 2);
        await person.JobAsync(await fixture.ImageAsync(person));
        await ClaimedByOneAsync("select count(id) from spike_land.claim_enhancement()", expected: 1);
    }

    [Fact]
    public async Task SL_10_A_worker_that_removes_objects_waits_for_no_other()
    {
        var (person, id) = await fixture.LanderAsync();
        await person.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", await fixture.ImageAsync(person));
        await ClaimedByOneAsync($"with c as materialized (select * from spike_land_private.claim_removals()) select count(*) from c where object_key like '{id}/%'", expected: 1);
    }

    [Fact]
    public async Task WB_10_A_worker_waits_for_no_other()
    {
        await fixture.Service.ExecuteAsync("insert into web_builder.job_queue (job_type, payload) values ('alone', '{}')");
        await ClaimedByOneAsync("select count(id) from web_builder_private.claim_job('w', array['alone'])", expected: 1);
    }

    private async Task ClaimedByOneAsync(string claim, long expected)
    {
        await using (var dying = await fixture.Database.OpenAsync("service_role"))
        {
            Assert.Equal(expected, await dying.ScalarAsync<long>(claim));
            await using var second = await fixture.Database.OpenAsync("service_role");
            await second.ExecuteAsync("set local lock_timeout = '5s'");
            Assert.Equal(0L, await second.ScalarAsync<long>(claim));
        }
        await using var next = await fixture.Database.OpenAsync("service_role");
        Assert.Equal(expected, await next.ScalarAsync<long>(claim));
    }
}
