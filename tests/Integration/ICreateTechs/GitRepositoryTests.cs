namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class GitRepositoryTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Connect =
        "insert into public.git_repositories (project_id, provider, repo_url) values ($1, 'github', 'https://github.com/o/r')";

    [Fact]
    public async Task IC_17_Admins_connect_one_repository_that_members_see_and_cannot_change()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.RefusedAsync("42501", Connect, workspace.Project);
        await workspace.Admin.ExecuteAsync(Connect, workspace.Project);
        await workspace.Owner.RefusedAsync("23505", Connect, workspace.Project);

        Assert.Equal(1L, await workspace.Viewer.ScalarAsync<long>("select count(*) from public.git_repositories"));
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>("select count(*) from public.git_repositories"));
        Assert.Equal(0, await workspace.Member.ExecuteAsync("update public.git_repositories set default_branch = 'trunk'"));
        Assert.Equal(0, await workspace.Member.ExecuteAsync("delete from public.git_repositories"));
        Assert.Equal(1, await workspace.Admin.ExecuteAsync("update public.git_repositories set default_branch = 'trunk'"));
    }

    [Fact]
    public async Task IC_17_The_sync_status_is_service_s_and_a_sync_that_ends_well_is_dated()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.ExecuteAsync(Connect, workspace.Project);
        await workspace.Admin.RefusedAsync("42501", "update public.git_repositories set sync_status = 'syncing'");

        const string move = "update public.git_repositories set sync_status = $2 where project_id = $1";
        const string synced = "select last_sync_at is not null from public.git_repositories where project_id = $1";
        await workspace.Service.ExecuteAsync(move, workspace.Project, "syncing");
        await workspace.Service.ExecuteAsync(move, workspace.Project, "error");
        Assert.False(await workspace.Viewer.ScalarAsync<bool>(synced, workspace.Project));
        await workspace.Service.ExecuteAsync(move, workspace.Project, "syncing");
        await workspace.Service.ExecuteAsync(move, workspace.Project, "idle");
        Assert.True(await workspace.Viewer.ScalarAsync<bool>(synced, workspace.Project));
    }

    [Fact]
    public async Task IC_17_A_URL_with_credentials_is_refused()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.RefusedAsync("23514",
            "insert into public.git_repositories (project_id, provider, repo_url) values ($1, 'github', 'https://me:ghp_secret@github.com/o/r')",
            workspace.Project);
    }
}
