namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ExecutionTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    [Fact]
    public async Task IC_16_A_command_is_begun_through_the_function_and_its_output_written_by_service()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>("select id from public.run_command($1, 'ls')", workspace.Project);
        await workspace.Service.ExecuteAsync("update public.terminal_sessions set output = 'a.txt', exit_code = 0, duration_ms = 3 where id = $1", id);

        Assert.Equal("a.txt", await workspace.Member.ScalarAsync<string>("select output from public.terminal_sessions where id = $1", id));
        Assert.Equal(0L, await workspace.Owner.ScalarAsync<long>("select count(*) from public.terminal_sessions where id = $1", id));
        await workspace.Member.RefusedAsync("42501", "update public.terminal_sessions set output = 'forged'");
        await workspace.Member.RefusedAsync("42501", "delete from public.terminal_sessions");
        await workspace.Member.RefusedAsync("42501",
            "insert into public.terminal_sessions (user_id, project_id, command) values ($1, $2, 'rm')", workspace.Member.Id, workspace.Project);
        await workspace.Service.RefusedAsync("42501", "update public.terminal_sessions set command = 'forged'");
    }

    [Fact]
    public async Task IC_16_Viewers_and_strangers_run_nothing_in_a_project()
    {
        var workspace = await fixture.WorkspaceAsync();
        foreach (var person in new[] { workspace.Viewer, workspace.Stranger })
        {
            await person.RefusedAsync("42501", "select public.run_command($1, 'ls')", workspace.Project);
            await person.RefusedAsync("42501", "select public.run_code('python', 'print(1)', project_id => $1)", workspace.Project);
        }

        await workspace.Anyone.RefusedAsync("42501", "select public.run_code('python', 'print(1)')");
    }

    [Fact]
    public async Task IC_16_A_program_is_queued_metered_and_its_result_written_by_service()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>("select id from public.run_code('python', 'print(1)', project_id => $1)", workspace.Project);
        await workspace.Service.ExecuteAsync("update public.code_executions set status = 'Accepted', stdout = '1', exit_code = 0 where id = $1", id);

        Assert.Equal("1", await workspace.Member.ScalarAsync<string>("select stdout from public.code_executions where id = $1", id));
        Assert.Equal(0L, await workspace.Admin.ScalarAsync<long>("select count(*) from public.code_executions"));
        Assert.Equal(1m, await workspace.Service.ScalarAsync<decimal>(
            "select sum(amount) from public.usage_records where metadata ->> 'code_execution_id' = $1::text", id));
        await workspace.Member.RefusedAsync("42501", "update public.code_executions set stdout = 'forged'");
        await workspace.Service.RefusedAsync("42501", "update public.code_executions set source_code = 'forged'");
    }
}
