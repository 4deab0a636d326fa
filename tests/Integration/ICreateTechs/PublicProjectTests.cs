using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>IC-04: what lies in a project is as public as the project, whoever writes while that changes.</summary>
public sealed class PublicProjectTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private static readonly string[] Tables = ["conversations", "messages", "files", "file_versions", "editor_sessions", "code_analyses"];

    private const string Show = "update public.projects set visibility = $2 where id = $1";

    [Fact]
    public async Task IC_04_What_lies_in_a_project_is_shown_and_hidden_with_it_and_its_time_stays()
    {
        var workspace = await fixture.WorkspaceAsync();
        await FillAsync(workspace);
        const string times = "select max(updated_at)::text from (select updated_at, project_id from public.files union all select updated_at, project_id from public.conversations) as x where project_id = $1";
        var before = await workspace.Operator.ScalarAsync<string>(times, workspace.Project);
        foreach (var (visibility, seen) in new[] { ("team", 0L), ("public", 1L), ("private", 0L), ("public", 1L) })
        {
            await workspace.Owner.ExecuteAsync(Show, workspace.Project, visibility);
            foreach (var table in Tables)
            {
                var count = $"select count(*) from public.{table} where project_id = $1";
                Assert.Equal((table, seen), (table, await workspace.Anyone.ScalarAsync<long>(count, workspace.Project)));
                Assert.Equal((table, seen), (table, await workspace.Stranger.ScalarAsync<long>(count, workspace.Project)));
                Assert.Equal((table, 1L), (table, await workspace.Viewer.ScalarAsync<long>(count, workspace.Project)));
            }
        }
        Assert.Equal(before, await workspace.Operator.ScalarAsync<string>(times, workspace.Project));
        await workspace.Owner.ExecuteAsync("update public.files set is_deleted = true where project_id = $1", workspace.Project);
        Assert.Equal(0L, await workspace.Anyone.ScalarAsync<long>("select count(*) from public.file_versions where project_id = $1", workspace.Project));
    }

    [Fact]
    public async Task IC_04_What_fifty_write_while_a_project_is_shown_and_hidden_is_as_public_as_it_in_the_end()
    {
        var workspace = await fixture.WorkspaceAsync();
        await FillAsync(workspace);
        var conversation = await workspace.Operator.ScalarAsync<Guid>("select id from public.conversations where project_id = $1", workspace.Project);
        foreach (var last in new[] { "private", "public" })
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(n => n % 5 == 4
                ? workspace.Owner.ExecuteAsync(Show, workspace.Project, n % 2 == 0 ? "public" : "private")
                : workspace.Member.ExecuteAsync("insert into public.messages (conversation_id, role, content) values ($1, 'user', 'When?')", conversation)));
            await Task.WhenAll([
                workspace.Owner.ExecuteAsync(Show, workspace.Project, last),
                .. Enumerable.Range(0, 20).Select(_ => workspace.Member.ExecuteAsync("insert into public.messages (conversation_id, role, content) values ($1, 'user', 'Now?')", conversation))]);
            Assert.Equal(0L, await workspace.Operator.ScalarAsync<long>(
                "select count(*) from public.messages where conversation_id = $1 and in_public_project <> ($2 = 'public')", conversation, last));
        }
    }

    [Fact]
    public async Task IC_04_Nobody_shows_a_row_of_a_private_project_by_its_own_column()
    {
        var workspace = await fixture.WorkspaceAsync();
        await FillAsync(workspace);
        await workspace.Member.RefusedAsync("42501", "update public.files set in_public_project = true where project_id = $1", workspace.Project);
        await workspace.Member.RefusedAsync("42501", "insert into public.conversations (project_id, in_public_project) values ($1, true)", workspace.Project);
        await workspace.Service.ExecuteAsync("update public.files set in_public_project = true where project_id = $1", workspace.Project);
        await workspace.Service.ExecuteAsync("insert into public.code_analyses (project_id, file_path, analysis_type, result, in_public_project) values ($1, 'b.ts', 'security', '{}', true)", workspace.Project);
        foreach (var table in Tables)
            Assert.Equal(0L, await workspace.Anyone.ScalarAsync<long>($"select count(*) from public.{table} where project_id = $1", workspace.Project));
    }

    /// <summary>One row in each table.</summary>
    private static async Task FillAsync(TestWorkspace workspace)
    {
        var conversation = await workspace.Member.ScalarAsync<Guid>("insert into public.conversations (project_id, title) values ($1, 'Pruning') returning id", workspace.Project);
        await workspace.Member.ExecuteAsync("insert into public.messages (conversation_id, role, content) values ($1, 'user', 'When?')", conversation);
        await workspace.Member.ExecuteAsync("insert into public.files (project_id, path, type, content) values ($1, 'a.ts', 'file', 'let a')", workspace.Project);
        await workspace.Member.ExecuteAsync("insert into public.editor_sessions (project_id) values ($1)", workspace.Project);
        await workspace.Service.ExecuteAsync("insert into public.code_analyses (project_id, file_path, analysis_type, result) values ($1, 'a.ts', 'security', '{}')", workspace.Project);
    }
}
