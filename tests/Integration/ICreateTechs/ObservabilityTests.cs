using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ObservabilityTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    [Fact]
    public async Task IC_20_Events_are_written_through_the_function_and_read_by_their_user_and_the_workspace_s_admins()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Viewer.ScalarAsync<Guid>("select public.log_event('opened', 'editor', workspace_id => $1)", workspace.Id);

        const string count = "select count(*) from public.analytics_events";
        Assert.Equal(1L, await workspace.Viewer.ScalarAsync<long>(count));
        Assert.Equal(1L, await workspace.Admin.ScalarAsync<long>(count));
        Assert.Equal(0L, await workspace.Member.ScalarAsync<long>(count));
        await workspace.Viewer.RefusedAsync("42501", "insert into public.analytics_events (event_name, event_category) values ('a', 'b')");
        await workspace.Stranger.RefusedAsync("42501", "select public.log_event('opened', 'editor', workspace_id => $1)", workspace.Id);
    }

    [Fact]
    public async Task IC_20_Errors_are_written_through_the_function_and_read_by_their_user_and_the_workspace_s_admins()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ScalarAsync<Guid>("select public.log_error('TypeError', 'x is not a function', project_id => $1)", workspace.Project);

        const string count = "select count(*) from public.error_logs";
        Assert.Equal(1L, await workspace.Member.ScalarAsync<long>(count));
        Assert.Equal(1L, await workspace.Owner.ScalarAsync<long>(count));
        Assert.Equal(0L, await workspace.Viewer.ScalarAsync<long>(count));
        await workspace.Member.RefusedAsync("42501", "insert into public.error_logs (error_type, message) values ('a', 'b')");
        await workspace.Stranger.RefusedAsync("42501", "select public.log_error('E', 'm', project_id => $1)", workspace.Project);
        await workspace.Member.RefusedAsync("23514", "select public.log_error('E', 'm', severity => 'loud')");
    }

    [Fact]
    public async Task IC_20_A_visitor_who_is_not_signed_in_may_log_and_reads_nothing()
    {
        var workspace = await fixture.WorkspaceAsync();
        Assert.NotEqual(Guid.Empty, await workspace.Anyone.ScalarAsync<Guid>("select public.log_event('visited', 'page')"));
        await workspace.Anyone.RefusedAsync("42501", "select * from public.analytics_events");
    }

    [Fact]
    public async Task IC_20_Who_logs_too_much_is_told_to_wait_and_others_are_not()
    {
        var workspace = await fixture.WorkspaceAsync();
        // One statement, so that the whole burst lies in one window or, across a boundary, in two: 241 exceed both.
        var error = await workspace.Member.RefusedAsync("PT429", "select public.log_event('burst', 'test') from generate_series(1, 241)");
        Assert.NotNull(error.Hint);
        Assert.Equal(120L, await workspace.Owner.ScalarAsync<long>(
            "select count(public.log_event('calm', 'test')) from generate_series(1, 120)"));
    }

    [Fact]
    public async Task IC_20_A_rate_is_exact_and_starts_anew_with_the_next_window()
    {
        var @operator = new Person(fixture.Database, "postgres");
        const string take = "select hedgerow.take_rate($1, 3, '1 minute', timestamptz '2030-01-01' + $2::interval)";
        var bucket = $"test:{Guid.NewGuid()}";
        for (var n = 0; n < 3; n++)
        {
            await @operator.ExecuteAsync(take, bucket, "10 seconds");
        }

        await @operator.RefusedAsync("PT429", take, bucket, "59 seconds");
        await @operator.ExecuteAsync(take, bucket, "60 seconds");
    }

    [Fact]
    public async Task IC_20_Properties_that_are_too_large_are_refused()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.RefusedAsync("PT413",
            "select public.log_event('big', 'test', jsonb_build_object('a', (select string_agg(md5(n::text), '') from generate_series(1, 1000) as n)))");
    }

    [Fact]
    public async Task IC_20_Performance_metrics_are_service_s_alone()
    {
        var workspace = await fixture.WorkspaceAsync();
        const string metric = "insert into public.performance_metrics (metric_name, metric_type, value, unit) values ('p', 'db_query', 1.5, 'ms')";
        Assert.Equal(1, await workspace.Service.ExecuteAsync(metric));
        await workspace.Owner.RefusedAsync("42501", metric);
        await workspace.Owner.RefusedAsync("42501", "select * from public.performance_metrics");
        await workspace.Service.RefusedAsync("42501", "delete from public.performance_metrics");
    }

    [Fact]
    public async Task IC_25_Errors_and_metrics_older_than_ninety_days_are_cleaned_up()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync(
            "insert into public.error_logs (error_type, message, created_at) values ('Old', 'm', now() - interval '91 days'), ('New', 'm', now() - interval '89 days')");
        await workspace.Service.ScalarAsync<int>("select hedgerow.delete_old_logs()");
        Assert.Equal("New", await workspace.Service.ScalarAsync<string>(
            "select string_agg(error_type, ',') from public.error_logs where error_type in ('Old', 'New')"));
    }
}
