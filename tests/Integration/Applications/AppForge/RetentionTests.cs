using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppForge;

/// <summary>Seven years in a few seconds.</summary>
public sealed class RetentionTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Retain = "select appforge_private.retain(now() + $1::interval)";
    private const string Counts =
        """
        select concat_ws(' ',
          (select count(*) from appforge.app_metrics), (select count(*) from appforge_archive.app_metrics),
          (select count(*) from appforge.activity_logs), (select count(*) from appforge_archive.activity_logs),
          (select count(*) from appforge.webhook_logs), (select count(*) from appforge_archive.webhook_logs),
          (select count(*) from appforge.audit_trails), (select count(*) from appforge_archive.audit_trails),
          (select count(*) from appforge.app_errors))
        """;

    [Fact]
    public async Task AF_22_Rows_move_to_the_archive_when_their_time_comes_and_then_go()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var integration = await world.Admin.ScalarAsync<string>("insert into appforge.integration_configs (project_id, integration_type) values ($1, 'slack') returning id", world.Project);
        await fixture.Operator.ExecuteAsync("truncate appforge.activity_logs, appforge.audit_trails");
        await fixture.Service.ExecuteAsync("insert into appforge.app_metrics (app_id, metric_type, value) values ($1, 'latency', 5)", world.App);
        await fixture.Service.ExecuteAsync("select appforge_private.queue_webhook($1, 'x')", integration);
        await fixture.Service.ExecuteAsync("select appforge.report_error('E', app_id => $1)", world.App);
        await fixture.Operator.ExecuteAsync("insert into appforge.activity_logs (project_id, user_id, action, resource_type) values ($1, 'x', 'x', 'x')", world.Project);
        await fixture.Operator.ExecuteAsync("insert into appforge.audit_trails (user_id, action, resource_type) values ('x', 'x', 'x')");

        foreach (var (age, expected) in new[]
        {
            ("29 days", "1 0 1 0 1 0 1 0 1"), ("31 days", "1 0 1 0 0 1 1 0 1"), ("89 days", "1 0 1 0 0 1 1 0 1"), ("91 days", "0 1 1 0 0 0 1 0 1"),
            ("364 days", "0 1 1 0 0 0 1 0 1"), ("367 days", "0 0 0 1 0 0 1 0 1"), ("1094 days", "0 0 0 1 0 0 1 0 1"), ("1097 days", "0 0 0 0 0 0 0 1 1"),
            ("2550 days", "0 0 0 0 0 0 0 1 1"), ("2560 days", "0 0 0 0 0 0 0 0 1"),
        })
        {
            await fixture.Service.ExecuteAsync(Retain, age);
            await fixture.Service.ExecuteAsync(Retain, age); // safe to run twice
            Assert.Equal((age, expected), (age, await fixture.Operator.ScalarAsync<string>(Counts)));
        }
        Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>("select count(*) from appforge.app_metrics_hourly"));
    }

    [Fact]
    public async Task AF_22_What_is_archived_was_rolled_up_and_several_at_once_lose_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        var service = new Person(database, "service_role");
        var @operator = new Person(database, "postgres");
        await @operator.ExecuteAsync("insert into appforge.users (id) values ('u')");
        await @operator.ExecuteAsync("insert into appforge.projects (id, owner_id, name) values ('p', 'u', 'P')");
        await @operator.ExecuteAsync("insert into appforge.apps (id, project_id, name) values ('a', 'p', 'A')");
        // One moment for all: which hours are old changes with each hour.
        var moment = DateTime.UtcNow;
        await service.ExecuteAsync("insert into appforge.app_metrics (app_id, metric_type, value, timestamp) select 'a', 'latency', n, $1 - n * interval '1 hour' from generate_series(1, 3000) as n", moment);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.ExecuteAsync("select hedgerow.run_upkeep('appforge.retention', $1)", moment)));
        Assert.Equal("3000 2832", await @operator.ScalarAsync<string>(
            "select concat_ws(' ', (select count(*) from appforge.app_metrics) + (select count(*) from appforge_archive.app_metrics), (select sum(count) from appforge.app_metrics_hourly))"));
        await service.RefusedAsync("42501", "delete from appforge_archive.app_metrics");
        await new Person(database, "authenticated", Guid.NewGuid()).RefusedAsync("42501", "select * from appforge_archive.app_metrics");
    }
}
