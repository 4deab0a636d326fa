namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class DeploymentTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Deploy =
        "insert into public.deployments (project_id, environment, commit_sha) values ($1, 'production', 'abc123') returning id";

    private const string Move = "update public.deployments set status = $2 where id = $1";

    [Fact]
    public async Task IC_23_Members_deploy_viewers_watch_and_strangers_see_nothing()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>(Deploy, workspace.Project);
        Assert.Equal(workspace.Member.Id, await workspace.Viewer.ScalarAsync<Guid>("select deployed_by from public.deployments where id = $1", id));
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>("select count(*) from public.deployments where id = $1", id));
        await workspace.Viewer.RefusedAsync("42501", Deploy, workspace.Project);
        await workspace.Stranger.RefusedAsync("42501", Deploy, workspace.Project);
        await workspace.Owner.RefusedAsync("42501", Move, id, "building");
        await workspace.Member.RefusedAsync("42501",
            "insert into public.deployments (project_id, environment, status) values ($1, 'staging', 'success')", workspace.Project);
        await workspace.Member.RefusedAsync("42501",
            "insert into public.deployments (project_id, environment, deployed_by) values ($1, 'staging', $2)", workspace.Project, workspace.Owner.Id);
    }

    [Fact]
    public async Task IC_23_Service_advances_a_deployment_and_success_is_dated()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>(Deploy, workspace.Project);
        const string dated = "select deployed_at is not null from public.deployments where id = $1";
        foreach (var status in new[] { "building", "deploying" })
        {
            await workspace.Service.ExecuteAsync(Move, id, status);
            Assert.False(await workspace.Viewer.ScalarAsync<bool>(dated, id));
        }

        await workspace.Service.ExecuteAsync(Move, id, "success");
        Assert.True(await workspace.Viewer.ScalarAsync<bool>(dated, id));
    }

    [Theory]
    [InlineData("pending", "success")]
    [InlineData("pending", "failed")]
    [InlineData("deploying", "building")]
    [InlineData("success", "failed")]
    [InlineData("failed", "pending")]
    [InlineData("canceled", "building")]
    public async Task IC_23_A_move_off_the_lifecycle_is_refused_and_names_both_states(string from, string to)
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Service.ScalarAsync<Guid>(
            "insert into public.deployments (project_id, environment, status) values ($1, 'staging', $2) returning id", workspace.Project, from);
        var error = await workspace.Service.RefusedAsync("PT409", Move, id, to);
        Assert.Contains($"from \"{from}\" to \"{to}\"", error.MessageText, StringComparison.Ordinal);
    }
}
