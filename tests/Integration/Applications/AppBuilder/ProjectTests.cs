using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppBuilder;

public sealed class ProjectTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Status = "select status::text from app_builder.projects where id = $1";
    private const string Move = "update app_builder.projects set status = $2::app_builder.project_status where id = $1";
    private const string End = "update app_builder.generations set status = $2::app_builder.generation_status where id = $1";

    [Fact]
    public async Task AB_03_A_build_goes_from_draft_to_deployed()
    {
        var (owner, project) = await ProjectAsync();
        Assert.Equal("DRAFT", await owner.ScalarAsync<string>(Status, project));
        await owner.ExecuteAsync("""select app_builder.start_generation($1, '{"BACKEND": "A REST API", "FRONTEND": "Pages for it"}')""", project);
        Assert.Equal("GENERATING", await owner.ScalarAsync<string>(Status, project));

        await fixture.Service.ExecuteAsync("update app_builder.generations set status = 'RUNNING' where project_id = $1", project);
        await fixture.Service.ExecuteAsync("update app_builder.generations set status = 'COMPLETED', response = 'done', tokens_used = 5 where project_id = $1 and agent_type = 'BACKEND'", project);
        Assert.Equal("GENERATING", await owner.ScalarAsync<string>(Status, project));
        await fixture.Service.ExecuteAsync("update app_builder.generations set status = 'COMPLETED', tokens_used = 7 where project_id = $1 and agent_type = 'FRONTEND'", project);
        Assert.Equal("READY", await owner.ScalarAsync<string>(Status, project));

        var deployment = await owner.ScalarAsync<string>("select id from app_builder.deploy_project($1, 'staging')", project);
        Assert.Equal("DEPLOYING", await owner.ScalarAsync<string>(Status, project));
        await fixture.Service.ExecuteAsync("update app_builder.deployments set status = 'RUNNING' where id = $1", deployment);
        await fixture.Service.ExecuteAsync("update app_builder.deployments set status = 'SUCCEEDED', url = 'https://shop.example' where id = $1", deployment);
        Assert.Equal("DEPLOYED", await owner.ScalarAsync<string>(Status, project));
        Assert.True(await owner.ScalarAsync<bool>("select completed_at >= created_at from app_builder.deployments where id = $1", deployment));
        Assert.True(await owner.ScalarAsync<bool>("select deployed_at is not null and deployment_url = 'https://shop.example' from app_builder.projects where id = $1", project));
        Assert.Equal("staging SUCCEEDED 2 12", await owner.ScalarAsync<string>(
            "select concat_ws(' ', deployment_environment, deployment_status, generations, tokens_used) from app_builder.project_overview where id = $1", project));
    }

    [Theory]
    [InlineData("DRAFT", "READY")]
    [InlineData("DRAFT", "DEPLOYED")]
    [InlineData("DRAFT", "ERROR")]
    [InlineData("GENERATING", "DEPLOYED")]
    [InlineData("READY", "DRAFT")]
    [InlineData("READY", "ERROR")]
    [InlineData("DEPLOYED", "DRAFT")]
    [InlineData("ERROR", "READY")]
    public async Task AB_03_An_illegal_move_is_refused_and_names_both_states(string from, string to)
    {
        var (_, project) = await ProjectAsync();
        await fixture.Operator.ExecuteAsync($"set local session_replication_role = replica; update app_builder.projects set status = '{from}' where id = '{project}'");
        var refusal = await fixture.Service.RefusedAsync("PT409", Move, project, to);
        Assert.Contains($"from \"{from}\" to \"{to}\"", refusal.MessageText, StringComparison.Ordinal);
        Assert.Equal(from, await fixture.Service.ScalarAsync<string>(Status, project));
    }

    [Fact]
    public async Task AB_03_The_last_two_generations_of_a_run_that_end_at_once_see_each_other()
    {
        var (owner, project) = await ProjectAsync();
        await owner.ExecuteAsync("""select app_builder.start_generation($1, '{"BACKEND": "A REST API", "FRONTEND": "Pages for it"}')""", project);
        await fixture.Service.ExecuteAsync("update app_builder.generations set status = 'RUNNING' where project_id = $1", project);
        const string end = "update app_builder.generations set status = 'COMPLETED' where project_id = $1 and agent_type = $2::app_builder.agent_type";
        await using var first = await fixture.Database.OpenAsync("service_role");
        await first.ExecuteAsync(end, project, "BACKEND");
        var second = fixture.Service.ExecuteAsync(end, project, "FRONTEND");
        await fixture.Database.UntilAsync($"select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') or exists (select from app_builder.generations where project_id = '{project}' and status = 'COMPLETED')");
        await first.CommitAsync();
        await second;
        Assert.Equal("READY", await owner.ScalarAsync<string>(Status, project));
    }

    [Fact]
    public async Task AB_03_Of_fifty_starts_and_of_fifty_deployments_at_once_one_begins()
    {
        var (owner, project) = await ProjectAsync();
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => owner.ExecuteAsync("""select app_builder.start_generation($1, '{"BACKEND": "A REST API"}')""", project)));
        var generation = await owner.ScalarAsync<string>("select id from app_builder.generations where project_id = $1", project);
        foreach (var status in new[] { "RUNNING", "COMPLETED" }) await fixture.Service.ExecuteAsync(End, generation, status);
        Assert.Equal("READY", await owner.ScalarAsync<string>(Status, project));
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => owner.ExecuteAsync("select app_builder.deploy_project($1)", project)));
        Assert.Equal(1L, await owner.ScalarAsync<long>("select count(*) from app_builder.deployments where project_id = $1", project));
    }

    [Fact]
    public async Task AB_03_A_failure_is_an_error_from_which_a_retry_leads_back_to_generating()
    {
        var (owner, project) = await ProjectAsync();
        var generation = await owner.ScalarAsync<string>("""select id from app_builder.start_generation($1, '{"BACKEND": "A REST API"}')""", project);
        await fixture.Service.ExecuteAsync(End, generation, "RUNNING");
        await fixture.Service.ExecuteAsync(End, generation, "FAILED");
        Assert.Equal("ERROR", await owner.ScalarAsync<string>(Status, project));
        await owner.ExecuteAsync("""select app_builder.start_generation($1, '{"BACKEND": "Again"}')""", project);
        Assert.Equal("GENERATING", await owner.ScalarAsync<string>(Status, project));
    }

    [Fact]
    public async Task AB_03_People_start_and_the_builder_reports()
    {
        var (owner, project) = await ProjectAsync();
        await owner.RefusedAsync("PT409", "select app_builder.deploy_project($1)", project); // a draft
        Assert.Equal(1, await owner.ExecuteAsync(Move, project, "GENERATING"));
        await owner.RefusedAsync("PT403", Move, project, "READY");
        await fixture.Service.ExecuteAsync(Move, project, "READY");
        await owner.ExecuteAsync(Move, project, "DEPLOYING");
        await owner.RefusedAsync("PT403", Move, project, "DEPLOYED");
        await owner.RefusedAsync("42501", "update app_builder.projects set deployed_at = now() where id = $1", project);
    }

    [Fact]
    public async Task AB_03_Fifty_ends_of_generations_at_once_make_a_project_ready_once()
    {
        var (owner, project) = await ProjectAsync();
        await owner.ExecuteAsync(Move, project, "GENERATING");
        await owner.ExecuteAsync("insert into app_builder.generations (project_id, agent_type, prompt) select $1, 'BACKEND', 'part ' || n from generate_series(1, 50) as n", project);
        await fixture.Service.ExecuteAsync("update app_builder.generations set status = 'RUNNING' where project_id = $1", project);
        var ids = (await owner.ScalarAsync<string[]>("select array_agg(id) from app_builder.generations where project_id = $1", project))!;
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => fixture.Service.ExecuteAsync(End, ids[n], "COMPLETED")));
        Assert.Equal("READY", await owner.ScalarAsync<string>(Status, project));
    }

    [Fact]
    public async Task AB_04_Generations_are_append_only_and_for_one_s_own_projects()
    {
        var (owner, project) = await ProjectAsync();
        var stranger = await fixture.SignUpAsync();
        const string ask = "insert into app_builder.generations (project_id, agent_type, prompt) values ($1, 'DATABASE', 'A schema') returning id";
        var generation = await owner.ScalarAsync<string>(ask, project);

        await stranger.RefusedAsync("42501", ask, project);
        await owner.RefusedAsync("42501", "insert into app_builder.generations (project_id, agent_type, prompt, user_id) values ($1, 'AUTH', 'x', 'somebody-else')", project);
        await owner.RefusedAsync("42501", "update app_builder.generations set prompt = 'Other' where id = $1", generation);
        await owner.RefusedAsync("42501", "delete from app_builder.generations where id = $1", generation);
        await owner.RefusedAsync("42501", "insert into app_builder.generations (project_id, agent_type, prompt, tokens_used) values ($1, 'AUTH', 'x', 5)", project);
        await owner.RefusedAsync("22P02", "insert into app_builder.generations (project_id, agent_type, prompt) values ($1, 'DESIGNER', 'x')", project);
        Assert.Equal(7L, await owner.ScalarAsync<long>("select count(*) from unnest(enum_range(null::app_builder.agent_type))"));

        await fixture.Service.RefusedAsync("PT409", End, generation, "COMPLETED");
        await fixture.Service.ExecuteAsync(End, generation, "RUNNING");
        await fixture.Service.ExecuteAsync(End, generation, "COMPLETED");
        Assert.True(await owner.ScalarAsync<bool>("select completed_at is not null and duration_ms >= 0 from app_builder.generations where id = $1", generation));
        await fixture.Service.RefusedAsync("PT409", End, generation, "RUNNING");
    }

    [Fact]
    public async Task AB_04_Nobody_generates_or_deploys_in_the_project_of_another()
    {
        var (_, project) = await ProjectAsync();
        var stranger = await fixture.SignUpAsync();
        await stranger.RefusedAsync("PT404", """select app_builder.start_generation($1, '{"BACKEND": "Mine"}')""", project);
        await stranger.RefusedAsync("PT404", "select app_builder.deploy_project($1)", project);
        Assert.Equal("DRAFT", await fixture.Service.ScalarAsync<string>(Status, project));
    }

    private async Task<(Person Owner, string Project)> ProjectAsync()
    {
        var owner = await fixture.SignUpAsync();
        var project = await owner.ScalarAsync<string>("insert into app_builder.projects (name, template) values ('Shop', 'ECOMMERCE') returning id");
        return (owner, project!);
    }
}
