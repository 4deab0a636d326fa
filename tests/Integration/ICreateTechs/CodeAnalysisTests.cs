namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class CodeAnalysisTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Analysis =
        "insert into public.code_analyses (project_id, file_path, analysis_type, result, expires_at) values ($1, $2, 'security', '{}', now() + $3::interval)";

    private const string Count = "select count(*) from public.code_analyses where project_id = $1";

    [Fact]
    public async Task IC_12_Analyses_are_seen_with_the_project()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync(Analysis, workspace.Project, "a.cs", "1 day");
        Assert.Equal(1L, await workspace.Viewer.ScalarAsync<long>(Count, workspace.Project));
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>(Count, workspace.Project));
        Assert.Equal(0L, await workspace.Anyone.ScalarAsync<long>(Count, workspace.Project));

        await workspace.Operator.ExecuteAsync("update public.projects set visibility = 'public' where id = $1", workspace.Project);
        Assert.Equal(1L, await workspace.Stranger.ScalarAsync<long>(Count, workspace.Project));
        Assert.Equal(1L, await workspace.Anyone.ScalarAsync<long>(Count, workspace.Project));
    }

    [Fact]
    public async Task IC_12_Expired_analyses_are_not_returned_and_are_cleaned_up()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync(Analysis, workspace.Project, "old.cs", "-1 second");
        await workspace.Service.ExecuteAsync(Analysis, workspace.Project, "new.cs", "1 hour");
        await workspace.Service.ExecuteAsync(Analysis, workspace.Project, "kept.cs", null);
        Assert.Equal(2L, await workspace.Owner.ScalarAsync<long>(Count, workspace.Project));

        Assert.True(await workspace.Service.ScalarAsync<int>("select hedgerow.delete_expired_analyses()") >= 1);
        Assert.Equal(2L, await workspace.Operator.ScalarAsync<long>(Count, workspace.Project));
        await workspace.Service.ScalarAsync<int>("select hedgerow.delete_expired_analyses(now() + interval '2 hours')");
        Assert.Equal(1L, await workspace.Operator.ScalarAsync<long>(Count, workspace.Project));
    }

    [Fact]
    public async Task IC_12_Only_service_writes_analyses()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Owner.RefusedAsync("42501", Analysis, workspace.Project, "a.cs", "1 day");
        await workspace.Owner.RefusedAsync("42501", "delete from public.code_analyses");
    }
}
