namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class AccountDeletionTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string NewFile =
        "insert into public.files (project_id, path, type, content) values ($1, $2, 'file', 'x')";

    [Fact]
    public async Task C_01_An_owner_s_account_goes_with_the_workspaces_and_all_that_is_in_them()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Owner.ExecuteAsync(NewFile, workspace.Project, "owner.txt");
        await workspace.Member.ExecuteAsync(NewFile, workspace.Project, "member.txt");
        await workspace.Owner.ExecuteAsync("update public.files set content = 'xy' where project_id = $1", workspace.Project);
        await workspace.Owner.ExecuteAsync(
            "insert into public.environment_variables (project_id, key, value_encrypted, environment) values ($1, 'A', '1', 'all')", workspace.Project);
        await workspace.Owner.ExecuteAsync("insert into public.deployments (project_id, environment) values ($1, 'staging')", workspace.Project);
        await workspace.Owner.ExecuteAsync("select public.log_event('e', 'c', workspace_id => $1)", workspace.Id);
        await workspace.Member.ExecuteAsync("select public.log_error('E', 'm', project_id => $1)", workspace.Project);
        await workspace.Member.ExecuteAsync("select public.run_code('python', '1', project_id => $1)", workspace.Project);
        await workspace.SubscribeAsync(workspace.Owner, "{}");

        await workspace.Operator.ExecuteAsync("delete from auth.users where id = $1", workspace.Owner.Id);

        Assert.Equal(0L, await workspace.Operator.ScalarAsync<long>(
            """
            select (select count(*) from public.workspaces where id = $1) + (select count(*) from public.projects where id = $2)
              + (select count(*) from public.files where project_id = $2) + (select count(*) from public.deployments where project_id = $2)
              + (select count(*) from public.environment_variables where project_id = $2) + (select count(*) from public.error_logs where project_id = $2)
              + (select count(*) from public.analytics_events where workspace_id = $1) + (select count(*) from public.customers where user_id = $3)
              + (select count(*) from hedgerow.storage_use where billed_to = $3)
            """, workspace.Id, workspace.Project, workspace.Owner.Id));
    }

    [Fact]
    public async Task C_01_What_a_member_made_stays_when_their_account_goes()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ExecuteAsync(NewFile, workspace.Project, "member.txt");
        await workspace.Member.ExecuteAsync("update public.files set content = 'xy' where project_id = $1", workspace.Project);
        await workspace.Member.ExecuteAsync("insert into public.deployments (project_id, environment) values ($1, 'staging')", workspace.Project);
        await workspace.Member.ExecuteAsync("select public.log_event('e', 'c')");

        await workspace.Operator.ExecuteAsync("delete from auth.users where id = $1", workspace.Member.Id);

        Assert.Equal(1L, await workspace.Owner.ScalarAsync<long>(
            "select count(*) from public.files where project_id = $1 and created_by is null and updated_by is null", workspace.Project));
        Assert.Equal(1L, await workspace.Owner.ScalarAsync<long>(
            "select count(*) from public.deployments where project_id = $1 and deployed_by is null", workspace.Project));
        Assert.Equal(0.000000002m, await workspace.Operator.ScalarAsync<decimal>("select hedgerow.usage_of($1, 'storage_gb')", workspace.Owner.Id));
    }
}
