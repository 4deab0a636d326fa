using Npgsql;

namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class PlanLimitTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string NewProject = "insert into public.projects (workspace_id, name, slug) values ($1, 'P', $2)";

    [Fact]
    public async Task IC_09_The_project_over_the_limit_is_refused_with_an_error_that_says_why()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": 2}""");
        await workspace.Member.ExecuteAsync(NewProject, workspace.Id, "second");

        var error = await workspace.Member.RefusedAsync("PT402", NewProject, workspace.Id, "third");
        Assert.Contains("allows 2 projects", error.MessageText, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task IC_09_Without_a_subscription_the_free_plan_holds()
    {
        var workspace = await fixture.WorkspaceAsync();
        var allowed = await workspace.Anyone.ScalarAsync<int>(
            "select (limits ->> 'projects')::int from public.subscription_plans where slug = 'free'");
        var there = await workspace.Operator.ScalarAsync<long>("select count(*) from public.projects where workspace_id = $1", workspace.Id);
        for (var n = (int)there; n < allowed; n++)
        {
            await workspace.Owner.ExecuteAsync(NewProject, workspace.Id, $"p{n}");
        }

        var error = await workspace.Owner.RefusedAsync("PT402", NewProject, workspace.Id, "one-more");
        Assert.Contains("\"free\"", error.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IC_09_Fifty_parallel_inserts_never_pass_the_limit()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": 8}""");

        var attempts = await Task.WhenAll(Enumerable.Range(0, 50).Select(async n =>
        {
            try
            {
                await workspace.Member.ExecuteAsync(NewProject, workspace.Id, $"p{n}");
                return true;
            }
            catch (PostgresException refused) when (refused.SqlState == "PT402")
            {
                return false;
            }
        }));

        Assert.Equal(7, attempts.Count(made => made));
        Assert.Equal(8L, await workspace.Operator.ScalarAsync<long>("select count(*) from public.projects where workspace_id = $1", workspace.Id));
    }

    [Fact]
    public async Task IC_09_A_bulk_insert_over_the_limit_leaves_nothing()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": 3}""");
        await workspace.Owner.RefusedAsync("PT402",
            "insert into public.projects (workspace_id, name, slug) select $1, 'P', 'bulk-' || n from generate_series(1, 3) as n", workspace.Id);
        Assert.Equal(1L, await workspace.Operator.ScalarAsync<long>("select count(*) from public.projects where workspace_id = $1", workspace.Id));
    }

    [Fact]
    public async Task IC_09_The_limit_counts_all_workspaces_of_the_owner()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": 1}""");
        var second = await workspace.AddWorkspaceAsync(workspace.Owner);
        await workspace.Owner.RefusedAsync("PT402", NewProject, second, "elsewhere");
    }

    [Fact]
    public async Task IC_09_A_workspace_cannot_be_handed_to_somebody_whose_plan_has_no_room_for_it()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Admin, """{"projects": 0}""");
        await workspace.Operator.RefusedAsync("PT402", "update public.workspaces set owner_id = $2 where id = $1", workspace.Id, workspace.Admin.Id);
    }

    [Fact]
    public async Task IC_09_A_canceled_subscription_no_longer_counts()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": 1}""", status: "canceled");
        Assert.Equal(1, await workspace.Owner.ExecuteAsync(NewProject, workspace.Id, "on-free"));
    }

    [Fact]
    public async Task IC_09_A_null_or_absent_limit_means_unlimited()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": null}""");
        Assert.Equal(20, await workspace.Owner.ExecuteAsync(
            "insert into public.projects (workspace_id, name, slug) select $1, 'P', 'many-' || n from generate_series(1, 20) as n", workspace.Id));
    }

    [Fact]
    public async Task IC_09_An_AI_job_is_refused_once_the_period_s_tokens_are_used()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"ai_tokens": 1000}""");
        const string job = "insert into public.ai_jobs (project_id, job_type, input) values ($1, 'chat', '{}')";
        const string use =
            "insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit, recorded_at) values ($1, $2, 'ai_tokens', $3, 'tokens', now() - $4::interval)";

        // What was used before the period began does not count.
        await workspace.Service.ExecuteAsync(use, workspace.Member.Id, workspace.Id, 5000m, "11 days");
        await workspace.Service.ExecuteAsync(use, workspace.Member.Id, workspace.Id, 999m, "1 day");
        await workspace.Member.ExecuteAsync(job, workspace.Project);

        await workspace.Service.ExecuteAsync(use, workspace.Viewer.Id, workspace.Id, 1m, "0");
        var error = await workspace.Member.RefusedAsync("PT402", job, workspace.Project);
        Assert.Contains("1000 ai tokens", error.MessageText, StringComparison.Ordinal);

        // The member's own plan is untouched by what the workspace's owner pays.
        await workspace.Member.ExecuteAsync("insert into public.ai_jobs (job_type, input) values ('chat', '{}')");
    }

    [Fact]
    public async Task IC_09_Deleting_a_workspace_gives_no_tokens_back()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"ai_tokens": 1000}""");
        await workspace.Service.ExecuteAsync(
            "insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit) values ($1, $2, 'ai_tokens', 1000, 'tokens')",
            workspace.Member.Id, workspace.Id);
        await workspace.Operator.ExecuteAsync("delete from public.workspaces where id = $1", workspace.Id);
        await workspace.Owner.RefusedAsync("PT402", "insert into public.ai_jobs (job_type, input) values ('chat', '{}')");
    }

    [Fact]
    public async Task IC_09_Admins_see_what_the_plan_allows_and_members_do_not()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, """{"projects": 7}""");
        const string projects = "select used || ' of ' || allowed from public.plan_usage($1) where resource = 'projects'";
        Assert.Equal("1 of 7", await workspace.Admin.ScalarAsync<string>(projects, workspace.Id));
        await workspace.Member.RefusedAsync("42501", projects, workspace.Id);
    }
}
