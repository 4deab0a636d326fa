using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ProjectTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Create = "insert into public.projects (workspace_id, name, slug) values ($1, 'Press', $2) returning id";

    private const string Seen = "select count(*) from public.projects where id = $1";

    private const string Rename = "update public.projects set name = 'Renamed' where id = $1";

    [Theory]
    [InlineData("users", "Users can view own profile", "SELECT")]
    [InlineData("users", "Users can update own profile", "UPDATE")]
    [InlineData("projects", "Users can view workspace projects", "SELECT")]
    [InlineData("projects", "Users can create projects in their workspaces", "INSERT")]
    public async Task IC_03_The_seed_s_example_policies_stand_under_their_names(string table, string policy, string command)
    {
        var found = await new Person(fixture.Database, "postgres").ScalarAsync<string>(
            "select cmd from pg_policies where schemaname = 'public' and tablename = $1 and policyname = $2 and permissive = 'PERMISSIVE' and roles = '{public}'",
            table, policy);
        Assert.Equal(command, found);
    }

    [Fact]
    public async Task IC_03_A_person_reads_and_changes_their_own_profile_and_no_other()
    {
        var workspace = await fixture.WorkspaceAsync();
        Assert.Equal(workspace.Member.Id, await workspace.Member.ScalarAsync<Guid>("select id from public.users"));
        Assert.Equal(1L, await workspace.Member.ScalarAsync<long>("select count(*) from public.users"));
        Assert.Equal(1, await workspace.Member.ExecuteAsync("update public.users set bio = 'I grow apples'"));
        Assert.Equal(0, await workspace.Owner.ExecuteAsync("update public.users set bio = 'x' where id = $1", workspace.Member.Id));
        await workspace.Anyone.RefusedAsync("42501", "select * from public.users");
    }

    [Fact]
    public async Task IC_03_Members_read_the_projects_of_their_workspaces()
    {
        var workspace = await fixture.WorkspaceAsync();
        foreach (var person in new[] { workspace.Owner, workspace.Admin, workspace.Member, workspace.Viewer })
            Assert.Equal(1L, await person.ScalarAsync<long>(Seen, workspace.Project));
        foreach (var person in new[] { workspace.Stranger, workspace.Anyone })
            Assert.Equal(0L, await person.ScalarAsync<long>(Seen, workspace.Project));
    }

    [Fact]
    public async Task IC_03_Owners_admins_and_members_create_projects_viewers_and_strangers_do_not()
    {
        foreach (var mayCreate in new Func<TestWorkspace, Person>[] { w => w.Owner, w => w.Admin, w => w.Member })
        {
            var workspace = await fixture.WorkspaceAsync();
            await mayCreate(workspace).ScalarAsync<Guid>(Create, workspace.Id, "press-two");
            await mayCreate(workspace).RefusedAsync("23505", Create, workspace.Id, "press-two");
        }
        var closed = await fixture.WorkspaceAsync();
        foreach (var person in new[] { closed.Viewer, closed.Stranger, closed.Anyone })
            await person.RefusedAsync("42501", Create, closed.Id, "press-two");
    }

    [Fact]
    public async Task A_viewer_cannot_rename_a_project_and_a_member_cannot_delete_it()
    {
        var workspace = await fixture.WorkspaceAsync();
        Assert.Equal(0, await workspace.Viewer.ExecuteAsync(Rename, workspace.Project));
        Assert.Equal(1, await workspace.Member.ExecuteAsync(Rename, workspace.Project));
        Assert.Equal(0, await workspace.Member.ExecuteAsync("delete from public.projects where id = $1", workspace.Project));
        Assert.Equal(1, await workspace.Admin.ExecuteAsync("delete from public.projects where id = $1", workspace.Project));
    }

    [Fact]
    public async Task A_project_does_not_move_to_another_workspace()
    {
        var workspace = await fixture.WorkspaceAsync();
        var other = await workspace.AddWorkspaceAsync(workspace.Owner);
        await workspace.Owner.RefusedAsync("PT403", "update public.projects set workspace_id = $2 where id = $1", workspace.Project, other);
    }

    [Theory]
    [InlineData("private", 0)]
    [InlineData("team", 0)]
    [InlineData("public", 1)]
    public async Task IC_04_Only_a_public_project_is_read_by_everybody_and_still_written_by_members_alone(string visibility, long seen)
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ExecuteAsync("update public.projects set visibility = $2 where id = $1", workspace.Project, visibility);
        Assert.Equal(seen, await workspace.Anyone.ScalarAsync<long>(Seen, workspace.Project));
        Assert.Equal(seen, await workspace.Stranger.ScalarAsync<long>(Seen, workspace.Project));
        Assert.Equal(1L, await workspace.Viewer.ScalarAsync<long>(Seen, workspace.Project));
        Assert.Equal(0, await workspace.Stranger.ExecuteAsync(Rename, workspace.Project));
        await workspace.Anyone.RefusedAsync("42501", Rename, workspace.Project);
        await workspace.Member.RefusedAsync("23514", "update public.projects set visibility = 'secret' where id = $1", workspace.Project);
    }

    [Theory]
    [InlineData("select public.touch_project($1)")]
    [InlineData("insert into public.conversations (project_id) values ($1)")]
    [InlineData("insert into public.files (project_id, path, type) values ($1, 'src', 'folder')")]
    [InlineData("insert into public.editor_sessions (project_id) values ($1)")]
    public async Task IC_04_Work_in_a_project_moves_last_accessed_at_at_most_once_a_minute(string work)
    {
        const string accessed = "select last_accessed_at from public.projects where id = $1";
        var workspace = await fixture.WorkspaceAsync();
        var fresh = await workspace.Member.ScalarAsync<DateTime>(accessed, workspace.Project);
        await workspace.Member.ExecuteAsync("select public.touch_project($1)", workspace.Project);
        Assert.Equal(fresh, await workspace.Member.ScalarAsync<DateTime>(accessed, workspace.Project));

        await workspace.Operator.ExecuteAsync("update public.projects set last_accessed_at = now() - interval '2 minutes' where id = $1", workspace.Project);
        await workspace.Member.ExecuteAsync(work, workspace.Project);
        Assert.True(await workspace.Member.ScalarAsync<DateTime>(accessed, workspace.Project) >= fresh);
    }

    [Fact]
    public async Task IC_04_A_stranger_touches_no_project()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Stranger.RefusedAsync("PT404", "select public.touch_project($1)", workspace.Project);
        await workspace.Member.RefusedAsync("42501", "update public.projects set last_accessed_at = now() where id = $1", workspace.Project);
    }
}
