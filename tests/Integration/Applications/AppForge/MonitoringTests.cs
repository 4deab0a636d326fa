using System.Globalization;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppForge;

public sealed class MonitoringTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Report = "select appforge.report_error('TypeError', $2, 'x is undefined', '{}', $3::appforge.error_severity, app_key => $1)";
    private const string Stack = "at render (app.js:10:5)\nat main (app.js:99:1)";

    [Fact]
    public async Task AF_06_Metrics_come_in_bulk_by_the_app_s_key_or_service_and_are_read_by_who_may_view_the_project()
    {
        var (world, key) = await AppAsync();
        const string record = "select appforge.record_metrics($1::jsonb, app_key => $2)";
        const string two = """[{"metric_type": "latency", "value": 12.5, "unit": "ms", "endpoint": "/", "status_code": 200}, {"metric_type": "cpu", "value": 40}]""";
        Assert.Equal(2, await fixture.Anyone.ScalarAsync<int>(record, two, key));
        Assert.Equal(2, await fixture.Service.ScalarAsync<int>("select appforge.record_metrics($1::jsonb, app_id => $2)", two, world.App));
        await fixture.Anyone.RefusedAsync("PT401", record, two, "af_invented");
        await world.Owner.RefusedAsync("PT401", "select appforge.record_metrics($1::jsonb, app_id => $2)", two, world.App);
        await fixture.Anyone.RefusedAsync("PT400", record, "{}", key);
        await fixture.Anyone.RefusedAsync("22P02", record, """[{"metric_type": "mood", "value": 1}]""", key);
        Assert.Equal(4L, await world.Viewer.ScalarAsync<long>("select count(*) from appforge.app_metrics"));
        Assert.Equal(0L, await world.Stranger.ScalarAsync<long>("select count(*) from appforge.app_metrics"));
        await world.Owner.RefusedAsync("42501", "insert into appforge.app_metrics (app_id, metric_type, value) values ($1, 'cpu', 1)", world.App);

        await world.Admin.ExecuteAsync("select appforge.rotate_app_key($1)", world.App);
        await fixture.Anyone.RefusedAsync("PT401", record, two, key);
        await world.Editor.RefusedAsync("PT404", "select appforge.rotate_app_key($1)", world.App);
    }

    [Fact]
    public async Task C_05_AF_07_Fifty_reports_of_one_error_at_once_are_one_row_of_fifty()
    {
        var (world, key) = await AppAsync();
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => fixture.Anyone.ExecuteAsync(Report, key, Stack.Replace("10", $"{n}", StringComparison.Ordinal), n == 25 ? "high" : "low")));
        Assert.Equal("50 high new", await world.Viewer.ScalarAsync<string>("select concat_ws(' ', frequency, severity, status) from appforge.app_errors"));
        Assert.True(await world.Viewer.ScalarAsync<bool>("select first_occurrence <= last_occurrence from appforge.app_errors"));
        await fixture.Anyone.ExecuteAsync(Report, key, "at somewhere else", "low");
        Assert.Equal(2L, await world.Viewer.ScalarAsync<long>("select count(*) from appforge.app_errors"));
    }

    [Fact]
    public async Task AF_07_A_resolved_error_that_comes_back_is_new_and_editors_acknowledge_and_resolve()
    {
        var (world, key) = await AppAsync();
        await fixture.Anyone.ExecuteAsync(Report, key, Stack, "high");
        var first = await world.Viewer.ScalarAsync<DateTime>("select first_occurrence from appforge.app_errors");
        const string set = "update appforge.app_errors set status = $1::appforge.error_status";
        Assert.Equal(0, await world.Viewer.ExecuteAsync(set, "resolved"));
        Assert.Equal(1, await world.Editor.ExecuteAsync(set, "acknowledged"));
        Assert.Equal(1, await world.Editor.ExecuteAsync(set, "resolved"));
        await world.Editor.RefusedAsync("PT403", set, "new");
        await fixture.Service.RefusedAsync("PT409", "update appforge.app_errors set status = 'acknowledged' where app_id = $1", world.App);
        await fixture.Anyone.ExecuteAsync(Report, key, Stack, "low");
        Assert.Equal("new high 2", await world.Viewer.ScalarAsync<string>("select concat_ws(' ', status, severity, frequency) from appforge.app_errors"));
        Assert.Equal(first, await world.Viewer.ScalarAsync<DateTime>("select first_occurrence from appforge.app_errors"));
    }

    [Theory]
    [InlineData("{\"low\": \"many\"}")]
    [InlineData("{\"low\": 0}")]
    [InlineData("{\"low\": 1.5}")]
    [InlineData("{\"dire\": 1}")]
    public async Task AF_08_A_threshold_is_a_count_by_the_name_of_a_severity(string thresholds)
    {
        var (world, _) = await AppAsync();
        Assert.Contains("apps_alert_thresholds_count",
            (await world.Editor.RefusedAsync("23514", "update appforge.apps set alert_thresholds = $2::jsonb where id = $1", world.App, thresholds)).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AF_08_Alerts_go_by_each_member_s_preference_once_an_hour_and_reach_their_threshold_first()
    {
        var (world, key) = await AppAsync();
        await world.Admin.ExecuteAsync("update appforge.users set alert_channel = 'sms', alert_severity = 'medium'");
        await world.Editor.ExecuteAsync("update appforge.users set alert_channel = null");
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => fixture.Anyone.ExecuteAsync(Report, key, Stack, n < 9 ? "medium" : "high")));
        // A viewer is told nothing, an editor who wants nothing neither; "high" tells at once, "medium" after ten.
        // The hour may turn between two reports.
        const string told = "select string_agg(distinct n || ' ' || alerts, ', ') from (select count(*) as n, string_agg(alert_type::text, ' ') as alerts from appforge.error_alerts group by hour) as hourly";
        Assert.Equal("1 email", await world.Owner.ScalarAsync<string>(told));
        Assert.Equal("1 sms", await world.Admin.ScalarAsync<string>(told));
        Assert.Equal(0L, await world.Editor.ScalarAsync<long>("select count(*) from appforge.error_alerts"));
        Assert.Equal(2L, await fixture.Service.ScalarAsync<long>("select count(distinct user_id) from appforge.error_alerts where app_id = $1", world.App));

        var (quiet, quietKey) = await AppAsync();
        for (var n = 0; n < 9; n++) await fixture.Anyone.ExecuteAsync(Report, quietKey, Stack, "medium");
        Assert.Equal(0L, await fixture.Service.ScalarAsync<long>("select count(*) from appforge.error_alerts where app_id = $1", quiet.App));
    }

    [Fact]
    public async Task AF_08_An_alert_is_sent_once_and_fails_after_five_tries()
    {
        var (world, key) = await AppAsync();
        await fixture.Anyone.ExecuteAsync(Report, key, Stack, "critical");
        // Owner, admin and editor are told: each alert is claimed by one sender.
        const string alert = "select id from appforge.error_alerts where app_id = $1 order by id limit 1";
        var id = await fixture.Service.ScalarAsync<string>(alert, world.App);
        var moment = DateTime.UtcNow.AddHours(1);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.Service.ScalarAsync<long>(
            "select count(*) from appforge_private.claim_alerts(50, $1) where app_id = $2", moment, world.App)));
        Assert.Equal(3, claimed.Sum());
        for (var n = 1; n <= 4; n++)
        {
            Assert.Equal("pending", await fixture.Service.ScalarAsync<string>("select appforge_private.finish_alert($1, 'no route', $2)::text", id, moment));
            moment = moment.AddHours(1);
            Assert.True(await fixture.Service.ScalarAsync<bool>("select bool_or(id = $1) from appforge_private.claim_alerts(50, $2)", id, moment));
        }
        Assert.Equal("failed", await fixture.Service.ScalarAsync<string>("select appforge_private.finish_alert($1, 'no route', $2)::text", id, moment));
        await fixture.Service.RefusedAsync("PT409", "select appforge_private.finish_alert($1)", id);
    }

    [Fact]
    public async Task AF_09_A_report_has_the_same_numbers_from_metrics_and_from_roll_ups()
    {
        var (world, _) = await AppAsync();
        var hour = ApplicationFixture.Moment(DateTime.UtcNow.AddDays(-10).ToString("yyyy-MM-dd HH:00", CultureInfo.InvariantCulture));
        // An hour with a request a second of 1 … 100 ms; every fiftieth fails, the last minute wholly; and another hour.
        await fixture.Operator.ExecuteAsync(
            """
            insert into appforge.app_metrics (app_id, metric_type, value, unit, status_code, timestamp)
            select $1, 'latency'::appforge.metric_type, 1 + n % 100, 'ms', case when n % 50 = 0 or n >= 3540 then 500 else 200 end, $2 + n * interval '1 second'
            from generate_series(0, 3599) as n
            union all
            select $1, 'latency', 250.5, 'ms', 200, $2 + interval '90 minutes'
            """, world.App, hour);
        const string generate =
            """
            select (to_jsonb(r) - 'id' - 'generated_at')::text
            from appforge.generate_performance_report($1, $2, $2 + interval '119 minutes') as r
            """;
        var raw = await world.Viewer.ScalarAsync<string>(generate, world.App, hour);
        Assert.True(await world.Viewer.ScalarAsync<bool>(
            "select (avg_latency_ms, p95_latency_ms, p99_latency_ms, error_rate, throughput_rps, uptime_percentage) = (50.56, 96.00, 100.00, 3.64, 0.50, 98.36) from appforge.performance_reports"),
            raw);

        Assert.Equal(2, await fixture.Service.ScalarAsync<int>("select appforge_private.roll_up(now())"));
        Assert.Equal(0, await fixture.Service.ScalarAsync<int>("select appforge_private.roll_up(now())"));
        await fixture.Operator.ExecuteAsync("delete from appforge.app_metrics where app_id = $1", world.App);
        Assert.Equal(raw, await world.Viewer.ScalarAsync<string>(generate, world.App, hour));
        Assert.Equal(1L, await world.Viewer.ScalarAsync<long>("select count(*) from appforge.performance_reports"));
        await world.Stranger.RefusedAsync("PT404", generate, world.App, hour);
    }

    [Fact]
    public async Task AF_09_Metrics_that_come_late_open_their_hour_again()
    {
        var (world, _) = await AppAsync();
        var moment = DateTime.UtcNow.AddDays(-9);
        const string late = "insert into appforge.app_metrics (app_id, metric_type, value, timestamp) values ($1, 'latency', 10, $2)";
        await fixture.Service.ExecuteAsync(late, world.App, moment);
        await fixture.Service.ExecuteAsync("select appforge_private.roll_up(now())");
        await fixture.Service.ExecuteAsync(late, world.App, moment);
        await fixture.Service.ExecuteAsync("select appforge_private.roll_up(now())");
        Assert.Equal(2, await world.Viewer.ScalarAsync<int>("select count from appforge.app_metrics_hourly"));
    }

    private async Task<(ForgeWorld World, string Key)> AppAsync()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        return (world, (await world.Owner.ScalarAsync<string>("select appforge.rotate_app_key($1)", world.App))!);
    }
}
