using Hedgerow.Tests.Integration.Support;
using System.Collections.Concurrent;
using Npgsql;

namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>Each test empties the queue first: the tests of a class run one after the other in a database of their own.</summary>
public sealed class BackgroundJobTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>, IAsyncLifetime
{
    private const string Claim = "select id from hedgerow.claim_job($1)";

    private Person service = null!;
    private Person @operator = null!;

    public async Task InitializeAsync()
    {
        service = new Person(fixture.Database, "service_role");
        @operator = new Person(fixture.Database, "postgres");
        await @operator.ExecuteAsync("delete from public.background_jobs");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task IC_18_The_queue_is_service_s_alone()
    {
        var workspace = await fixture.WorkspaceAsync();
        foreach (var person in new[] { workspace.Anyone, workspace.Owner })
        {
            await person.RefusedAsync("42501", "select * from public.background_jobs");
            await person.RefusedAsync("42501", "select hedgerow.claim_job('thief')");
            await person.RefusedAsync("42501", "select hedgerow.enqueue_job('a', 'sync')");
        }

        var jobs = new Person(fixture.Database, "hedgerow_jobs");
        var id = await jobs.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync')");
        Assert.Equal(id, await jobs.ScalarAsync<Guid>(Claim, "w"));
    }

    [Fact]
    public async Task IC_18_Jobs_are_claimed_by_priority_then_by_age()
    {
        await @operator.ExecuteAsync(
            """
            insert into public.background_jobs (job_name, job_type, input, priority, created_at) values
              ('low', 'sync', '{}', 0, now() - interval '3 hours'), ('younger', 'sync', '{}', 5, now() - interval '1 hour'),
              ('older', 'sync', '{}', 5, now() - interval '2 hours')
            """);
        const string name = "select job_name from hedgerow.claim_job('w')";
        Assert.Equal("older", await service.ScalarAsync<string>(name));
        Assert.Equal("younger", await service.ScalarAsync<string>(name));
        Assert.Equal("low", await service.ScalarAsync<string>(name));
        Assert.Null(await service.ScalarAsync<string>(name));
    }

    [Fact]
    public async Task IC_18_A_worker_may_ask_for_certain_types()
    {
        await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync', priority => 9)");
        var wanted = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('b', 'cleanup')");
        Assert.Equal(wanted, await service.ScalarAsync<Guid>("select id from hedgerow.claim_job('w', array['cleanup'])"));
    }

    [Fact]
    public async Task IC_18_Fifty_workers_never_claim_a_job_twice()
    {
        await @operator.ExecuteAsync(
            "insert into public.background_jobs (job_name, job_type, input) select 'j' || n, 'sync', '{}' from generate_series(1, 400) as n");
        var claimed = new ConcurrentBag<Guid>();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(worker => Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(fixture.Database.AdminConnectionString);
            await connection.OpenAsync();
            await using var role = new NpgsqlCommand("set role hedgerow_jobs", connection);
            await role.ExecuteNonQueryAsync();
            while (true)
            {
                await using var claim = new NpgsqlCommand(Claim, connection) { Parameters = { new() { Value = $"w{worker}" } } };
                if (await claim.ExecuteScalarAsync() is not Guid id)
                {
                    return;
                }

                claimed.Add(id);
                await using var complete = new NpgsqlCommand("select hedgerow.complete_job($1, $2)", connection)
                {
                    Parameters = { new() { Value = id }, new() { Value = $"w{worker}" } },
                };
                await complete.ExecuteNonQueryAsync();
            }
        })));

        Assert.Equal(400, claimed.Count);
        Assert.Equal(400, claimed.Distinct().Count());
        Assert.Equal(400L, await @operator.ScalarAsync<long>(
            "select count(*) from public.background_jobs where status = 'completed' and attempts = 1"));
    }

    [Fact]
    public async Task IC_18_A_job_is_not_claimed_before_it_is_scheduled()
    {
        var id = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync', scheduled_for => now() + interval '1 hour')");
        Assert.Equal(Guid.Empty, await service.ScalarAsync<Guid>(Claim, "w"));
        Assert.Equal(id, await service.ScalarAsync<Guid>("select id from hedgerow.claim_job('w', moment => now() + interval '61 minutes')"));
    }

    [Fact]
    public async Task IC_18_A_failed_attempt_is_retried_later_each_time_until_the_attempts_are_used_up()
    {
        var id = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync', max_attempts => 3)");
        const string claim = "select attempts from hedgerow.claim_job('w', moment => timestamptz '2030-01-01' + $1::interval)";
        const string fail = "select status from hedgerow.fail_job($1, 'w', 'boom', timestamptz '2030-01-01' + $2::interval)";

        Assert.Equal(1, await service.ScalarAsync<int>(claim, "0"));
        Assert.Equal("retrying", await service.ScalarAsync<string>(fail, id, "0"));
        Assert.Equal(0, await service.ScalarAsync<int>(claim, "9 seconds"));
        Assert.Equal(2, await service.ScalarAsync<int>(claim, "10 seconds"));
        Assert.Equal("retrying", await service.ScalarAsync<string>(fail, id, "10 seconds"));
        Assert.Equal(0, await service.ScalarAsync<int>(claim, "29 seconds"));
        Assert.Equal(3, await service.ScalarAsync<int>(claim, "30 seconds"));
        Assert.Equal("failed", await service.ScalarAsync<string>(fail, id, "30 seconds"));
        Assert.Equal(0, await service.ScalarAsync<int>(claim, "1 year"));
        Assert.Equal("boom", await service.ScalarAsync<string>("select error from public.background_jobs where id = $1", id));
    }

    [Fact]
    public async Task IC_18_The_job_of_a_worker_that_died_is_given_back()
    {
        var id = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync')");
        await service.ScalarAsync<Guid>(Claim, "dies");
        Assert.Equal(Guid.Empty, await service.ScalarAsync<Guid>(Claim, "lives"));

        // The lease of five minutes has run out: the claim releases the job and its backoff begins.
        Assert.Equal(Guid.Empty, await service.ScalarAsync<Guid>("select id from hedgerow.claim_job('lives', moment => now() + interval '6 minutes')"));
        Assert.Equal(id, await service.ScalarAsync<Guid>("select id from hedgerow.claim_job('lives', moment => now() + interval '7 minutes')"));

        // Should the dead rise, the job is not theirs any more.
        await service.RefusedAsync("PT409", "select hedgerow.complete_job($1, 'dies')", id);
        await service.RefusedAsync("PT409", "select hedgerow.fail_job($1, 'dies', 'late')", id);
        Assert.Equal("completed", await service.ScalarAsync<string>("select status from hedgerow.complete_job($1, 'lives')", id));
    }

    [Fact]
    public async Task IC_18_A_worker_that_dies_each_time_does_not_hold_the_job_forever()
    {
        var id = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync', max_attempts => 1)");
        await service.ScalarAsync<Guid>(Claim, "dies");
        Assert.Equal(1, await service.ScalarAsync<int>("select hedgerow.release_dead_jobs(now() + interval '6 minutes')"));
        Assert.Equal("failed", await service.ScalarAsync<string>("select status from public.background_jobs where id = $1", id));
    }

    [Fact]
    public async Task IC_18_A_sign_of_life_keeps_the_lease()
    {
        var id = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync')");
        await service.ScalarAsync<Guid>(Claim, "w");
        await service.ExecuteAsync("select hedgerow.extend_job($1, 'w', interval '1 hour')", id);
        Assert.Equal(0, await service.ScalarAsync<int>("select hedgerow.release_dead_jobs(now() + interval '59 minutes')"));
        await service.RefusedAsync("PT409", "select hedgerow.extend_job($1, 'another')", id);
    }

    [Fact]
    public async Task IC_18_A_completed_job_does_not_run_again()
    {
        var id = await service.ScalarAsync<Guid>("select hedgerow.enqueue_job('a', 'sync')");
        await service.ScalarAsync<Guid>(Claim, "w");
        await service.ExecuteAsync("""select hedgerow.complete_job($1, 'w', '{"done": true}')""", id);
        var error = await service.RefusedAsync("PT409", "update public.background_jobs set status = 'running' where id = $1", id);
        Assert.Contains("from \"completed\" to \"running\"", error.MessageText, StringComparison.Ordinal);
    }
}
