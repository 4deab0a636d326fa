namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class FileVersionTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Save = "update public.files set content = $2 where id = $1";

    private const string History =
        "select string_agg(version_number || '=' || content, ' ' order by version_number) from public.file_versions where file_id = $1";

    [Fact]
    public async Task IC_14_Every_change_of_the_content_and_nothing_else_writes_the_next_version_with_its_author()
    {
        var (workspace, file) = await FileAsync();
        await workspace.Admin.ExecuteAsync(Save, file, "two");
        await workspace.Admin.ExecuteAsync(Save, file, "two");
        await workspace.Admin.ExecuteAsync("update public.files set path = 'renamed.ts' where id = $1", file);
        Assert.Equal("1=one 2=two", await workspace.Viewer.ScalarAsync<string>(History, file));
        Assert.Equal(workspace.Admin.Id, await workspace.Viewer.ScalarAsync<Guid>(
            "select changed_by from public.file_versions where file_id = $1 and version_number = 2 and size_bytes = 3", file));
    }

    [Fact]
    public async Task IC_14_Fifty_writers_at_once_leave_no_gap()
    {
        var (workspace, file) = await FileAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(at => workspace.Member.ExecuteAsync(Save, file, $"text {at}")));
        Assert.Equal("51 51", await workspace.Viewer.ScalarAsync<string>(
            "select count(distinct version_number) || ' ' || max(version_number) from public.file_versions where file_id = $1", file));
        Assert.True(await workspace.Viewer.ScalarAsync<bool>(
            "select f.content = v.content from public.files f join public.file_versions v on v.file_id = f.id and v.version_number = 51 where f.id = $1", file));
    }

    [Fact]
    public async Task IC_14_A_version_is_restored_as_the_newest()
    {
        var (workspace, file) = await FileAsync();
        await workspace.Member.ExecuteAsync("select public.save_file($1, 'two', 'A better idea')", file);
        const string restore = "select (public.restore_file_version($1, $2)).content";
        Assert.Equal("one", await workspace.Member.ScalarAsync<string>(restore, file, 1));
        Assert.Equal("1=one 2=two 3=one", await workspace.Viewer.ScalarAsync<string>(History, file));
        Assert.Equal("A better idea, Restored version 1", await workspace.Viewer.ScalarAsync<string>(
            "select string_agg(change_message, ', ' order by version_number) from public.file_versions where file_id = $1", file));

        await workspace.Member.RefusedAsync("PT404", restore, file, 9);
        await workspace.Viewer.RefusedAsync("PT403", restore, file, 1);
        await workspace.Stranger.RefusedAsync("PT404", restore, file, 1);
    }

    [Fact]
    public async Task IC_14_Nobody_writes_history_by_hand_not_even_service()
    {
        var (workspace, file) = await FileAsync();
        foreach (var person in new[] { workspace.Member, workspace.Owner, workspace.Service })
        {
            await person.RefusedAsync("42501", "insert into public.file_versions (file_id, version_number, content) values ($1, 7, 'x')", file);
            await person.RefusedAsync("42501", "update public.file_versions set content = 'x' where file_id = $1", file);
        }
    }

    [Fact]
    public async Task IC_14_The_versions_of_a_deleted_file_are_hidden_with_it()
    {
        var (workspace, file) = await FileAsync();
        await workspace.Member.ExecuteAsync("update public.files set is_deleted = true where id = $1", file);
        Assert.Null(await workspace.Member.ScalarAsync<string>(History, file));
    }

    private async Task<(TestWorkspace Workspace, Guid File)> FileAsync()
    {
        var workspace = await fixture.WorkspaceAsync();
        var file = await workspace.Member.ScalarAsync<Guid>(
            "insert into public.files (project_id, path, type, content) values ($1, 'app.ts', 'file', 'one') returning id", workspace.Project);
        return (workspace, file);
    }
}
