namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>Storage is metered by the database with each statement that changes files, and held against the plan.</summary>
public sealed class StorageLimitTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    [Fact]
    public async Task IC_09_The_file_that_outgrows_the_storage_is_refused_and_deleting_makes_room()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"storage_gb": 0.001}""");
        const string file =
            "insert into public.files (project_id, path, name, type, content) values ($1, $2, $2, 'file', repeat('x', $3))";

        await workspace.Member.ExecuteAsync(file, workspace.Project, "a.txt", 600_000);
        var error = await workspace.Member.RefusedAsync("PT402", file, workspace.Project, "b.txt", 600_000);
        Assert.Contains("storage gb", error.MessageText, StringComparison.Ordinal);

        await workspace.Operator.ExecuteAsync("delete from public.files where project_id = $1", workspace.Project);
        await workspace.Member.ExecuteAsync(file, workspace.Project, "b.txt", 600_000);
        await workspace.Member.RefusedAsync("PT402", "update public.files set content = repeat('y', 1100000) where path = 'b.txt'");
        Assert.Equal(0.0006m, await workspace.Operator.ScalarAsync<decimal>("select hedgerow.usage_of($1, 'storage_gb')", workspace.Owner.Id));
    }

    [Fact]
    public async Task IC_09_Storage_is_given_back_with_the_project_and_with_the_workspace()
    {
        var workspace = await fixture.WorkspaceAsync();
        var second = await workspace.AddProjectAsync();
        foreach (var project in new[] { workspace.Project, second })
        {
            await workspace.Member.ExecuteAsync(
                "insert into public.files (project_id, path, name, type, content) values ($1, 'a.txt', 'a.txt', 'file', repeat('x', 1000))", project);
        }

        const string used = "select hedgerow.usage_of($1, 'storage_gb')";
        Assert.Equal(0.000002m, await workspace.Operator.ScalarAsync<decimal>(used, workspace.Owner.Id));
        await workspace.Operator.ExecuteAsync("delete from public.projects where id = $1", second);
        Assert.Equal(0.000001m, await workspace.Operator.ScalarAsync<decimal>(used, workspace.Owner.Id));
        await workspace.Operator.ExecuteAsync("delete from public.workspaces where id = $1", workspace.Id);
        Assert.Equal(0m, await workspace.Operator.ScalarAsync<decimal>(used, workspace.Owner.Id));
    }

    [Fact]
    public async Task IC_09_Metered_storage_counts_against_the_plan()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"storage_gb": 5}""");
        await workspace.Service.ExecuteAsync(
            "insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit) values ($1, $2, 'storage_gb', 5, 'GB')",
            workspace.Owner.Id, workspace.Id);
        await workspace.Member.RefusedAsync("PT402",
            "insert into public.files (project_id, path, name, type, content) values ($1, 'a.txt', 'a.txt', 'file', 'x')", workspace.Project);
    }
}
