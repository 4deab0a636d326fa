namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class AiJobTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string NewJob = "insert into public.ai_jobs (project_id, job_type, input) values ($1, 'explain', '{}') returning id";

    private const string Move = "update public.ai_jobs set status = $2 where id = $1";

    [Fact]
    public async Task IC_11_A_member_creates_a_job_that_nobody_else_sees_and_a_viewer_cannot()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ScalarAsync<Guid>(NewJob, workspace.Project);
        Assert.Equal(1L, await workspace.Member.ScalarAsync<long>("select count(*) from public.ai_jobs"));
        Assert.Equal(0L, await workspace.Owner.ScalarAsync<long>("select count(*) from public.ai_jobs"));
        await workspace.Viewer.RefusedAsync("42501", NewJob, workspace.Project);
        await workspace.Stranger.RefusedAsync("42501", NewJob, workspace.Project);
        await workspace.Member.RefusedAsync("42501",
            "insert into public.ai_jobs (user_id, job_type, input) values ($1, 'chat', '{}')", workspace.Owner.Id);
    }

    [Theory]
    [InlineData("tokens_used", "5")]
    [InlineData("output", "'{}'")]
    [InlineData("duration_ms", "1")]
    public async Task IC_11_Its_user_cannot_write_results(string column, string value)
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ScalarAsync<Guid>(NewJob, workspace.Project);
        await workspace.Member.RefusedAsync("42501", $"update public.ai_jobs set {column} = {value}");
        await workspace.Member.RefusedAsync("42501", $"insert into public.ai_jobs (job_type, input, {column}) values ('chat', '{{}}', {value})");
    }

    [Fact]
    public async Task IC_11_Its_user_may_cancel_and_do_nothing_else_with_the_status()
    {
        var workspace = await fixture.WorkspaceAsync();
        var job = await workspace.Member.ScalarAsync<Guid>(NewJob, workspace.Project);
        await workspace.Member.RefusedAsync("42501", Move, job, "running");
        Assert.Equal(0, await workspace.Owner.ExecuteAsync(Move, job, "canceled"));
        Assert.Equal(1, await workspace.Member.ExecuteAsync(Move, job, "canceled"));
    }

    [Theory]
    [InlineData("pending", "completed")]
    [InlineData("pending", "failed")]
    [InlineData("running", "pending")]
    [InlineData("completed", "canceled")]
    [InlineData("failed", "running")]
    [InlineData("canceled", "running")]
    public async Task IC_11_A_move_off_the_lifecycle_is_refused_and_names_both_states(string from, string to)
    {
        var workspace = await fixture.WorkspaceAsync();
        var job = await workspace.Service.ScalarAsync<Guid>(
            "insert into public.ai_jobs (user_id, job_type, input, status) values ($1, 'chat', '{}', $2) returning id", workspace.Member.Id, from);
        var error = await workspace.Service.RefusedAsync("PT409", Move, job, to);
        Assert.Contains($"from \"{from}\" to \"{to}\"", error.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IC_11_The_duration_is_derived_from_start_and_end()
    {
        var workspace = await fixture.WorkspaceAsync();
        var job = await workspace.Member.ScalarAsync<Guid>(NewJob, workspace.Project);
        await workspace.Service.ExecuteAsync(Move, job, "running");
        await workspace.Operator.ExecuteAsync("update public.ai_jobs set started_at = started_at - interval '90 seconds' where id = $1", job);
        await workspace.Service.ExecuteAsync("update public.ai_jobs set status = 'completed', duration_ms = 1 where id = $1", job);
        Assert.InRange(await workspace.Member.ScalarAsync<int>("select duration_ms from public.ai_jobs where id = $1", job), 90_000, 120_000);
    }

    [Fact]
    public async Task IC_11_Completion_meters_the_tokens_exactly_once()
    {
        var workspace = await fixture.WorkspaceAsync();
        var job = await workspace.Member.ScalarAsync<Guid>(NewJob, workspace.Project);
        await workspace.Service.ExecuteAsync("update public.ai_jobs set status = 'running', tokens_used = 10 where id = $1", job);
        const string metered = "select coalesce(sum(amount), 0) from public.usage_records where metadata ->> 'ai_job_id' = $1::text";
        Assert.Equal(0m, await workspace.Service.ScalarAsync<decimal>(metered, job));

        await workspace.Service.ExecuteAsync("update public.ai_jobs set status = 'completed', tokens_used = 1234 where id = $1", job);
        await workspace.Service.ExecuteAsync("update public.ai_jobs set output = '{}' where id = $1", job);
        Assert.Equal(1234m, await workspace.Service.ScalarAsync<decimal>(metered, job));
        Assert.Equal(workspace.Id, await workspace.Service.ScalarAsync<Guid>(
            "select workspace_id from public.usage_records where metadata ->> 'ai_job_id' = $1::text", job));
        await workspace.Service.RefusedAsync("PT409", "update public.ai_jobs set tokens_used = 1 where id = $1", job);
    }
}
