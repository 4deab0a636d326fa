using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>What a policy costs in a database of many: it is answered by indexes, and asked once per statement.</summary>
public sealed class PolicyPlanTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>, IAsyncLifetime
{
    private readonly Person _operator = new(fixture.Database, "postgres");
    private TestWorkspace _workspace = null!;

    public async Task InitializeAsync()
    {
        _workspace = await fixture.WorkspaceAsync();
        if (await _operator.ScalarAsync<long>("select count(*) from public.projects") > 1000) return;

        // Everybody else's: the workspace above is a needle in it.
        await _operator.ExecuteAsync("update public.subscription_plans set limits = '{}' where slug = 'free'");
        await _operator.ExecuteAsync("insert into auth.users (id, email) select gen_random_uuid(), 'user' || n || '@example.com' from generate_series(1, 1000) as n");
        await _operator.ExecuteAsync("insert into public.workspaces (name, slug, owner_id) select 'W', 'w-' || row_number() over (), id from public.users");
        await _operator.ExecuteAsync(
            "insert into public.projects (workspace_id, name, slug, visibility) select id, 'P', 'p' || n, case when n = 1 and slug like 'w-_00' then 'public' else 'private' end from public.workspaces, generate_series(1, 8) as n");
        await _operator.ExecuteAsync(
            "insert into public.conversations (project_id, user_id) select p.id, w.owner_id from public.projects as p join public.workspaces as w on w.id = p.workspace_id");
        await _operator.ExecuteAsync("insert into public.messages (conversation_id, role, content) select c.id, 'user', 'hello' from public.conversations as c, generate_series(1, 4)");
        await _operator.ExecuteAsync("insert into public.files (project_id, path, type) select p.id, 'f' || n, 'file' from public.projects as p, generate_series(1, 2) as n");
        await _operator.ExecuteAsync("analyze");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("select * from public.workspaces")]
    [InlineData("select * from public.workspace_members")]
    [InlineData("select * from public.projects")]
    [InlineData("select * from public.projects where id = '{0}'")]
    [InlineData("select * from public.conversations where project_id = '{0}'")]
    [InlineData("select m.* from public.messages as m where m.conversation_id = (select id from public.conversations where project_id = '{0}') order by m.created_at desc limit 20")]
    [InlineData("select * from public.files where project_id = '{0}'")]
    [InlineData("select v.* from public.files as f join public.file_versions as v on v.file_id = f.id where f.project_id = '{0}'")]
    [InlineData("select * from public.oauth_connections")]
    [InlineData("select * from public.user_sessions_extended")]
    public async Task A_member_s_list_walks_through_no_table(string list)
    {
        var query = list.Replace("{0}", _workspace.Project.ToString(), StringComparison.Ordinal).Replace("* from public.oauth", "id from public.oauth", StringComparison.Ordinal);
        // The planner prefers to walk through a table of a page or two, and is right: with that made dear, it must find an index.
        Assert.DoesNotContain("Seq Scan", await PlanAsync(query), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Membership_is_asked_once_per_statement_and_not_for_every_row()
    {
        var plan = await PlanAsync("select * from public.projects");
        Assert.Contains("InitPlan", plan, StringComparison.Ordinal);
        Assert.Contains("idx_projects_workspace", plan, StringComparison.Ordinal);
    }

    private async Task<string> PlanAsync(string query)
    {
        await using var session = await fixture.Database.OpenAsUserAsync(_workspace.Member.Id);
        await session.ExecuteAsync("set local enable_seqscan = off");
        return string.Join('\n', await session.ListAsync<string>($"explain {query}"));
    }
}
