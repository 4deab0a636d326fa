namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class FileTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Add = "insert into public.files (project_id, path, type) values ($1, $2, $3) returning id";

    private const string Paths = "select string_agg(path, ' ' order by path collate \"C\") from public.files where project_id = $1";

    [Fact]
    public async Task IC_13_Name_parent_size_and_author_are_derived()
    {
        var workspace = await fixture.WorkspaceAsync();
        var folder = await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, "src", "folder");
        var file = await workspace.Member.ScalarAsync<Guid>(
            "insert into public.files (project_id, path, type, content) values ($1, 'src/über.ts', 'file', 'é') returning id", workspace.Project);
        Assert.Equal("über.ts 2 true true", await workspace.Viewer.ScalarAsync<string>(
            "select concat_ws(' ', name, size_bytes, (parent_id = $2)::text, (created_by = $3 and updated_by = $3)::text) from public.files where id = $1",
            file, folder, workspace.Member.Id));
        await workspace.Admin.ExecuteAsync("update public.files set content = 'longer' where id = $1", file);
        Assert.Equal("6 true", await workspace.Viewer.ScalarAsync<string>(
            "select concat_ws(' ', size_bytes, (created_by = $2 and updated_by = $3)::text) from public.files where id = $1",
            file, workspace.Member.Id, workspace.Admin.Id));
        await workspace.Member.RefusedAsync("42501", "update public.files set size_bytes = 1 where id = $1", file);
    }

    [Fact]
    public async Task IC_13_A_name_and_a_parent_say_as_much_as_a_path()
    {
        var workspace = await fixture.WorkspaceAsync();
        var folder = await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, "/src", "folder");
        Assert.Equal("/src/app.ts", await workspace.Member.ScalarAsync<string>(
            "insert into public.files (project_id, name, parent_id, type) values ($1, 'app.ts', $2, 'file') returning path", workspace.Project, folder));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("//a")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("")]
    [InlineData("a\nb")]
    public async Task IC_13_What_is_no_path_is_refused(string path)
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.RefusedAsync("PT400", Add, workspace.Project, path, "file");
    }

    [Fact]
    public async Task IC_13_A_path_is_taken_once_and_its_folders_must_exist_and_be_folders_of_the_same_project()
    {
        var workspace = await fixture.WorkspaceAsync();
        var other = await workspace.AddProjectAsync();
        var elsewhere = await workspace.Member.ScalarAsync<Guid>(Add, other, "lib", "folder");
        await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, "src", "folder");
        await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, "src/a.ts", "file");

        await workspace.Member.RefusedAsync("23505", Add, workspace.Project, "src/a.ts", "file");
        await workspace.Member.RefusedAsync("23505", Add, workspace.Project, "/src", "folder");
        var missing = await workspace.Member.RefusedAsync("PT409", Add, workspace.Project, "lib/a.ts", "file");
        Assert.Contains("\"lib\"", missing.MessageText, StringComparison.Ordinal);
        await workspace.Member.RefusedAsync("PT409", Add, workspace.Project, "src/a.ts/b.ts", "file");
        await workspace.Member.RefusedAsync("PT409",
            "insert into public.files (project_id, name, parent_id, type) values ($1, 'x', $2, 'file')", workspace.Project, elsewhere);
        await workspace.Member.RefusedAsync("PT400",
            "insert into public.files (project_id, path, name, type) values ($1, 'x.ts', 'y.ts', 'file')", workspace.Project);
        await workspace.Member.RefusedAsync("PT400",
            "insert into public.files (project_id, path, type, content) values ($1, 'x', 'folder', 'text')", workspace.Project);
    }

    [Theory]
    [InlineData("update public.files set path = 'lib/code' where path = 'src'")]
    [InlineData("update public.files set name = 'code', parent_id = (select id from public.files where path = 'lib') where path = 'src'")]
    public async Task IC_13_A_folder_moves_with_all_that_is_below(string move)
    {
        var workspace = await TreeAsync();
        Assert.Equal(1, await workspace.Member.ExecuteAsync($"{move} and project_id = $1".Replace("'lib')", "'lib' and project_id = $1)", StringComparison.Ordinal), workspace.Project));
        Assert.Equal("lib lib/code lib/code/deep lib/code/deep/a.ts lib/code/deep/b.ts", await workspace.Viewer.ScalarAsync<string>(Paths, workspace.Project));
        Assert.Equal(0L, await workspace.Operator.ScalarAsync<long>(
            "select count(*) from public.files f left join public.files p on p.id = f.parent_id where f.project_id = $1 and f.path <> concat_ws('/', p.path, f.name)",
            workspace.Project));
    }

    [Fact]
    public async Task IC_13_A_folder_does_not_move_into_itself_and_a_file_does_not_become_one()
    {
        var workspace = await TreeAsync();
        await workspace.Member.RefusedAsync("PT409", "update public.files set path = 'src/deep/src' where path = 'src' and project_id = $1", workspace.Project);
        await workspace.Member.RefusedAsync("PT409",
            "update public.files set parent_id = (select id from public.files where path = 'src/deep' and project_id = $1) where path = 'src' and project_id = $1",
            workspace.Project);
        await workspace.Member.RefusedAsync("PT409", "update public.files set type = 'folder' where path = 'src/deep/a.ts' and project_id = $1", workspace.Project);
        await workspace.Member.RefusedAsync("PT403", "update public.files set project_id = gen_random_uuid() where project_id = $1", workspace.Project);
    }

    [Fact]
    public async Task IC_13_A_deleted_folder_hides_what_is_below_and_restoring_brings_back_exactly_that()
    {
        var workspace = await TreeAsync();
        const string hide = "update public.files set is_deleted = true where path = $2 and project_id = $1";
        Assert.Equal(1, await workspace.Member.ExecuteAsync(hide, workspace.Project, "src/deep/a.ts"));
        Assert.Equal(1, await workspace.Member.ExecuteAsync(hide, workspace.Project, "src"));
        Assert.Equal("lib", await workspace.Viewer.ScalarAsync<string>(Paths, workspace.Project));

        const string deleted = "select id from public.deleted_files($1) where path = $2";
        var file = await workspace.Member.ScalarAsync<Guid>(deleted, workspace.Project, "src/deep/a.ts");
        var folder = await workspace.Member.ScalarAsync<Guid>(deleted, workspace.Project, "src");
        Assert.Equal(2L, await workspace.Member.ScalarAsync<long>("select count(*) from public.deleted_files($1)", workspace.Project));
        await workspace.Viewer.RefusedAsync("PT403", "select public.restore_file($1)", folder);
        await workspace.Stranger.RefusedAsync("PT404", "select public.restore_file($1)", folder);
        await workspace.Member.RefusedAsync("PT409", "select public.restore_file($1)", file);

        await workspace.Member.ExecuteAsync("select public.restore_file($1)", folder);
        Assert.Equal("lib src src/deep src/deep/b.ts", await workspace.Viewer.ScalarAsync<string>(Paths, workspace.Project));
        await workspace.Member.ExecuteAsync("select public.restore_file($1)", file);
        Assert.Equal("lib src src/deep src/deep/a.ts src/deep/b.ts", await workspace.Viewer.ScalarAsync<string>(Paths, workspace.Project));
    }

    [Fact]
    public async Task IC_13_A_deleted_file_leaves_its_place_to_a_new_one_and_comes_back_beside_it()
    {
        var workspace = await TreeAsync();
        await workspace.Member.ExecuteAsync("update public.files set is_deleted = true where path = 'src' and project_id = $1", workspace.Project);
        await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, "src", "folder");
        var folder = await workspace.Member.ScalarAsync<Guid>("select id from public.deleted_files($1)", workspace.Project);
        var back = await workspace.Member.ScalarAsync<string>("select (public.restore_file($1)).path", folder);
        Assert.StartsWith("src.deleted-", back, StringComparison.Ordinal);
        Assert.Equal($"lib src {back} {back}/deep {back}/deep/a.ts {back}/deep/b.ts", await workspace.Viewer.ScalarAsync<string>(Paths, workspace.Project));
    }

    [Fact]
    public async Task IC_13_Viewers_and_strangers_write_no_files_and_everybody_reads_those_of_a_public_project()
    {
        var workspace = await TreeAsync();
        foreach (var person in new[] { workspace.Viewer, workspace.Stranger, workspace.Anyone })
            await person.RefusedAsync("42501", Add, workspace.Project, "mine.ts", "file");
        Assert.Null(await workspace.Anyone.ScalarAsync<string>(Paths, workspace.Project));
        await workspace.Owner.ExecuteAsync("update public.projects set visibility = 'public' where id = $1", workspace.Project);
        Assert.Contains("src/deep/a.ts", await workspace.Anyone.ScalarAsync<string>(Paths, workspace.Project), StringComparison.Ordinal);
        await workspace.Stranger.RefusedAsync("42501", Add, workspace.Project, "mine.ts", "file");
    }

    private async Task<TestWorkspace> TreeAsync()
    {
        var workspace = await fixture.WorkspaceAsync();
        foreach (var path in new[] { "lib", "src", "src/deep" }) await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, path, "folder");
        foreach (var path in new[] { "src/deep/a.ts", "src/deep/b.ts" }) await workspace.Member.ScalarAsync<Guid>(Add, workspace.Project, path, "file");
        return workspace;
    }
}
