namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class EditorSessionTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    // As REST writes it for `Prefer: resolution=merge-duplicates`: every column of the payload is set again.
    private const string Upsert =
        """
        insert into public.editor_sessions (user_id, project_id, active_file_id) values ($1, $2, $3)
        on conflict (user_id, project_id) do update
          set user_id = excluded.user_id, project_id = excluded.project_id, active_file_id = excluded.active_file_id
        returning id
        """;

    [Fact]
    public async Task IC_15_There_is_one_session_for_a_person_and_project_and_an_upsert_moves_it()
    {
        var workspace = await fixture.WorkspaceAsync();
        var first = await workspace.Viewer.ScalarAsync<Guid>(Upsert, workspace.Viewer.Id, workspace.Project, null);
        await workspace.Operator.ExecuteAsync("update public.editor_sessions set layout_state = '{}' where id = $1", first);
        var active = await workspace.Viewer.ScalarAsync<DateTime>("select last_active_at from public.editor_sessions where id = $1", first);
        Assert.Equal(first, await workspace.Viewer.ScalarAsync<Guid>(Upsert, workspace.Viewer.Id, workspace.Project, null));
        Assert.True(await workspace.Viewer.ScalarAsync<DateTime>("select last_active_at from public.editor_sessions where id = $1", first) > active);
    }

    [Fact]
    public async Task IC_15_Those_who_see_the_project_read_it_and_only_its_person_writes_it()
    {
        var workspace = await fixture.WorkspaceAsync();
        var session = await workspace.Member.ScalarAsync<Guid>(Upsert, workspace.Member.Id, workspace.Project, null);
        const string seen = "select count(*) from public.editor_sessions where id = $1";
        Assert.Equal(1L, await workspace.Viewer.ScalarAsync<long>(seen, session));
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>(seen, session));
        Assert.Equal(0, await workspace.Owner.ExecuteAsync("update public.editor_sessions set open_files = '[]' where id = $1", session));
        Assert.Equal(0, await workspace.Owner.ExecuteAsync("delete from public.editor_sessions where id = $1", session));
        await workspace.Owner.RefusedAsync("42501", Upsert, workspace.Member.Id, workspace.Project, null);
        await workspace.Stranger.RefusedAsync("42501", Upsert, workspace.Stranger.Id, workspace.Project, null);
    }

    [Fact]
    public async Task IC_15_The_active_file_is_one_of_the_project()
    {
        var workspace = await fixture.WorkspaceAsync();
        const string add = "insert into public.files (project_id, path, type) values ($1, 'a.ts', 'file') returning id";
        var here = await workspace.Member.ScalarAsync<Guid>(add, workspace.Project);
        var elsewhere = await workspace.Member.ScalarAsync<Guid>(add, await workspace.AddProjectAsync());
        await workspace.Member.RefusedAsync("PT400", Upsert, workspace.Member.Id, workspace.Project, elsewhere);
        await workspace.Member.ScalarAsync<Guid>(Upsert, workspace.Member.Id, workspace.Project, here);
        await workspace.Admin.ExecuteAsync("delete from public.files where id = $1", here);
        Assert.True(await workspace.Member.ScalarAsync<bool>("select active_file_id is null from public.editor_sessions where user_id = $1", workspace.Member.Id));
    }
}
