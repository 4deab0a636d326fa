using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class PartitionTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Log = "insert into public.api_logs (endpoint, method, status_code, created_at) values ($1, 'GET', 200, $2::timestamptz)";

    private const string Home = "select tableoid::regclass::text from public.api_logs where endpoint = $1";

    private readonly Person @operator = new(fixture.Database, "postgres");

    private readonly Person jobs = new(fixture.Database, "hedgerow_jobs");

    [Theory]
    [InlineData("analytics_events")]
    [InlineData("api_logs")]
    [InlineData("usage_records")]
    public async Task IC_25_Partitions_for_this_month_and_the_next_three_stand_ready(string table)
    {
        Assert.Equal(4L, await @operator.ScalarAsync<long>(
            """
            select count(*) from generate_series(0, 3) as ahead
            where to_regclass(format('hedgerow.public_%s_%s', $1,
              to_char(date_trunc('month', now() at time zone 'UTC') + ahead * interval '1 month', 'YYYY_MM'))) is not null
            """, table));
    }

    [Fact]
    public async Task IC_25_Making_partitions_twice_or_by_several_at_once_makes_each_once()
    {
        const string make = "select count(*) from hedgerow.make_partitions('2031-05-15Z', 1)";
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => jobs.ScalarAsync<long>(make)));
        // February (90 days before) to June, of three tables.
        Assert.Equal(15L, made.Sum());
        Assert.Equal(0L, await jobs.ScalarAsync<long>(make));
    }

    [Fact]
    public async Task IC_25_A_row_without_a_month_is_kept_and_moves_home_when_its_month_is_made()
    {
        await @operator.ExecuteAsync(Log, "/stray", "2040-07-04Z");
        Assert.Equal("hedgerow.public_api_logs_default", await @operator.ScalarAsync<string>(Home, "/stray"));
        await jobs.ExecuteAsync("select hedgerow.make_partitions('2040-07-01Z', 0)");
        Assert.Equal("hedgerow.public_api_logs_2040_07", await @operator.ScalarAsync<string>(Home, "/stray"));
    }

    [Fact]
    public async Task IC_25_Retention_drops_whole_months_once_their_last_row_is_ninety_days_old()
    {
        await jobs.ExecuteAsync("select hedgerow.make_partitions('2020-03-15Z', 0)");
        await @operator.ExecuteAsync(Log, "/january", "2020-01-31 23:59:59Z");
        await @operator.ExecuteAsync(Log, "/february", "2020-02-01Z");

        await jobs.ExecuteAsync("select hedgerow.drop_old_partitions('2020-04-30 23:59Z')");
        Assert.NotNull(await @operator.ScalarAsync<string>(Home, "/january"));
        // January ended 90 days before the first of May 2020.
        await jobs.ExecuteAsync("select hedgerow.drop_old_partitions('2020-05-01Z')");
        Assert.Null(await @operator.ScalarAsync<string>(Home, "/january"));
        Assert.NotNull(await @operator.ScalarAsync<string>(Home, "/february"));
        Assert.Null(await @operator.ScalarAsync<string>("select to_regclass('hedgerow.public_api_logs_2020_01')::text"));
    }

    [Fact]
    public async Task IC_25_Clients_reach_no_partition_and_every_partition_forces_row_level_security()
    {
        var workspace = await fixture.WorkspaceAsync();
        var partition = await @operator.ScalarAsync<string>(
            "select 'hedgerow.public_api_logs_' || to_char(now() at time zone 'UTC', 'YYYY_MM')");
        foreach (var person in new[] { workspace.Anyone, workspace.Owner, workspace.Service })
        {
            await person.RefusedAsync("42501", $"select * from {partition}");
            await person.RefusedAsync("42501", $"insert into {partition} (endpoint, method, status_code) values ('/', 'GET', 200)");
            await person.RefusedAsync("42501", "select * from hedgerow.public_api_logs_default");
        }

        Assert.Equal(0L, await @operator.ScalarAsync<long>(
            "select count(*) from pg_class where relispartition and relkind = 'r' and not (relrowsecurity and relforcerowsecurity)"));
        await workspace.Owner.RefusedAsync("42501", "select hedgerow.drop_old_partitions('2100-01-01')");
        await workspace.Owner.RefusedAsync("42501", "select hedgerow.make_partitions()");
    }

    [Fact]
    public async Task IC_25_Rows_that_are_written_while_their_month_is_made_are_not_lost()
    {
        await using var writer = new NpgsqlConnection(fixture.Database.AdminConnectionString);
        await writer.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await using var first = new NpgsqlCommand(Log, writer) { Parameters = { new() { Value = "/racing" }, new() { Value = "2051-03-01Z" } } };
        await first.ExecuteNonQueryAsync();

        var making = jobs.ExecuteAsync("select hedgerow.make_partitions('2051-03-15Z', 0)");
        await WaitersAsync(1, making);
        var second = @operator.ExecuteAsync(Log, "/racing", "2051-03-02Z");
        await WaitersAsync(2, making);
        await transaction.CommitAsync();
        await Task.WhenAll(making, second);

        Assert.Equal(2L, await @operator.ScalarAsync<long>("select count(*) from hedgerow.public_api_logs_2051_03 where endpoint = '/racing'"));
    }

    [Fact]
    public async Task IC_25_Storage_keeps_its_total_when_old_usage_is_dropped()
    {
        var workspace = await fixture.WorkspaceAsync();
        await jobs.ExecuteAsync("select hedgerow.make_partitions('2010-06-15Z', 0)");
        await workspace.Service.ExecuteAsync(
            "insert into public.usage_records (user_id, resource_type, amount, unit, recorded_at) values ($1, 'storage_gb', 2.5, 'GB', '2010-06-10Z')",
            workspace.Owner.Id);
        await jobs.ExecuteAsync("select hedgerow.drop_old_partitions('2010-12-01Z')");
        Assert.Equal(0L, await @operator.ScalarAsync<long>("select count(*) from public.usage_records where user_id = $1", workspace.Owner.Id));
        Assert.Equal(2.5m, await @operator.ScalarAsync<decimal>("select hedgerow.usage_of($1, 'storage_gb')", workspace.Owner.Id));
    }

    /// <summary>Returns once so many statements of this database wait for a lock, or the task has ended.</summary>
    private async Task WaitersAsync(int count, Task task)
    {
        const string waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while (!task.IsCompleted && await @operator.ScalarAsync<long>(waiting) < count)
        {
            await Task.Yield();
        }
    }
}
