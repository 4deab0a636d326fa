using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppForge;

public sealed class TeamTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Add = "insert into appforge.team_members (team_id, user_id, role) values ($1, $2, $3::appforge.team_role)";
    private const string Grant = "insert into appforge.project_permissions (project_id, user_id, permission_type) values ($1, $2, $3::appforge.permission_type)";
    private const string Rename = "update appforge.projects set name = 'Hammer' where id = $1";

    [Fact]
    public async Task AF_10_Nobody_makes_or_touches_those_above_them()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var newcomer = await fixture.SignUpAsync();
        await world.Admin.RefusedAsync("PT403", Add, world.Team, newcomer.Id.ToString(), "owner");
        await world.Editor.RefusedAsync("42501", Add, world.Team, newcomer.Id.ToString(), "viewer");
        await world.Stranger.RefusedAsync("42501", Add, world.Team, world.Stranger.Id.ToString(), "viewer");
        await world.Admin.ExecuteAsync(Add, world.Team, newcomer.Id.ToString(), "admin");
        await world.Admin.RefusedAsync("23505", Add, world.Team, newcomer.Id.ToString(), "viewer");
        await world.Admin.RefusedAsync("PT403", "delete from appforge.team_members where user_id = $1", world.Owner.Id.ToString());
        await world.Admin.RefusedAsync("PT403", "update appforge.team_members set role = 'owner' where user_id = $1", world.Admin.Id.ToString());
        Assert.Equal(1, await world.Viewer.ExecuteAsync("delete from appforge.team_members where user_id = $1", world.Viewer.Id.ToString()));
    }

    [Fact]
    public async Task AF_10_The_last_owner_stays_also_when_several_leave_at_once()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await world.Owner.RefusedAsync("PT409", "update appforge.team_members set role = 'viewer' where user_id = $1", world.Owner.Id.ToString());
        await world.Owner.ExecuteAsync("update appforge.team_members set role = 'owner' where team_id = $1", world.Team);
        Person[] owners = [world.Owner, world.Admin, world.Editor, world.Viewer];
        var left = await Task.WhenAll(owners.Select(async owner =>
        {
            try
            {
                return await owner.ExecuteAsync("delete from appforge.team_members where user_id = $1", owner.Id.ToString());
            }
            catch (Npgsql.PostgresException refused) when (refused.SqlState == "PT409")
            {
                return 0;
            }
        }));
        Assert.Equal(3, left.Sum());
        Assert.Equal(1L, await fixture.Operator.ScalarAsync<long>("select count(*) from appforge.team_members where team_id = $1 and role = 'owner'", world.Team));
    }

    [Fact]
    public async Task AF_10_A_team_whose_last_owner_s_account_goes_has_another_and_goes_with_the_last_of_its_people()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string members = "select string_agg(user_id || ' ' || role, ', ' order by role) from appforge.team_members where team_id = $1";
        await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", world.Owner.Id);
        Assert.Equal($"{world.Admin.Id} owner, {world.Editor.Id} editor, {world.Viewer.Id} viewer", await fixture.Operator.ScalarAsync<string>(members, world.Team));
        foreach (var person in new[] { world.Viewer, world.Editor, world.Admin })
            await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", person.Id);
        Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>("select count(*) from appforge.teams where id = $1", world.Team));
    }

    [Fact]
    public async Task AF_10_Permissions_narrow_or_widen_what_the_role_table_names_and_nothing_else()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string set = "update appforge.team_members set permissions = $2::jsonb where user_id = $1";
        await world.Owner.ExecuteAsync(set, world.Viewer.Id.ToString(), """{"edit_projects": true}""");
        Assert.Equal(1, await world.Viewer.ExecuteAsync(Rename, world.Project));
        await world.Owner.ExecuteAsync(set, world.Editor.Id.ToString(), """{"edit_projects": false}""");
        Assert.Equal(0, await world.Editor.ExecuteAsync(Rename, world.Project));
        Assert.Equal(1L, await world.Editor.ScalarAsync<long>("select count(*) from appforge.projects"));
        await world.Owner.RefusedAsync("PT400", set, world.Viewer.Id.ToString(), """{"launch_rockets": true}""");
        await world.Owner.RefusedAsync("PT400", set, world.Viewer.Id.ToString(), """{"edit_projects": "yes"}""");
        await world.Admin.RefusedAsync("PT403", set, world.Admin.Id.ToString(), """{"manage_projects": true, "edit_projects": true}""");
        await world.Viewer.RefusedAsync("42501", "update appforge.role_permissions set allowed = true");
    }

    [Fact]
    public async Task AF_10_Nobody_grants_by_permissions_what_they_do_not_hold()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var (helper, newcomer) = (await fixture.SignUpAsync(), (await fixture.SignUpAsync()).Id.ToString());
        const string add = "insert into appforge.team_members (team_id, user_id, role, permissions) values ($1, $2, $3::appforge.team_role, $4::jsonb)";
        const string set = "update appforge.team_members set permissions = $2::jsonb where user_id = $1";
        await world.Owner.ExecuteAsync(add, world.Team, helper.Id.ToString(), "editor", """{"manage_members": true, "edit_projects": false}""");
        var refusal = await helper.RefusedAsync("PT403", add, world.Team, newcomer, "viewer", """{"manage_projects": true}""");
        Assert.Contains("manage_projects", refusal.MessageText, StringComparison.Ordinal);
        await helper.RefusedAsync("PT403", add, world.Team, newcomer, "editor", "{}"); // may edit, which the helper may not
        await helper.ExecuteAsync(add, world.Team, newcomer, "viewer", """{"manage_members": true}""");
        await helper.RefusedAsync("PT403", set, newcomer, """{"edit_projects": true}""");
        // What somebody holds already is not granted again, and may be taken.
        await world.Owner.ExecuteAsync(set, newcomer, """{"manage_projects": true, "manage_members": true}""");
        Assert.Equal(1, await helper.ExecuteAsync(set, newcomer, """{"manage_projects": true}"""));
        Assert.Equal(1, await helper.ExecuteAsync(set, newcomer, "{}"));
    }

    [Fact]
    public async Task AF_10_A_role_in_the_token_is_nothing()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await using var session = await fixture.Database.OpenAsync("authenticated",
            $$$"""{"sub": "{{{world.Stranger.Id}}}", "role": "authenticated", "team_role": "owner", "app_metadata": {"role": "owner"}}""");
        Assert.Equal(0L, await session.ScalarAsync<long>("select count(*) from appforge.projects"));
    }

    [Theory]
    [InlineData("view", 1, 0, 0, 0)]
    [InlineData("edit", 1, 1, 0, 0)]
    [InlineData("admin", 1, 1, 1, 0)]
    [InlineData("own", 1, 1, 1, 1)]
    public async Task AF_11_A_permission_allows_its_own_and_what_is_below(string permission, int sees, int edits, int administers, int owns)
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await world.Owner.ExecuteAsync(Grant, world.Project, world.Stranger.Id.ToString(), permission);
        Assert.Equal(world.Owner.Id.ToString(), await world.Owner.ScalarAsync<string>("select granted_by from appforge.project_permissions"));
        Assert.Equal(sees, (int)await world.Stranger.ScalarAsync<long>("select count(*) from appforge.projects"));
        Assert.Equal(edits, await world.Stranger.ExecuteAsync(Rename, world.Project));
        Assert.Equal(administers == 1, await RefusalAsync(world.Stranger, "insert into appforge.security_audits (project_id, audit_type) values ($1, 'compliance_check')", world.Project) is null);
        Assert.Equal(owns, await world.Stranger.ExecuteAsync("delete from appforge.projects where id = $1", world.Project));
    }

    [Fact]
    public async Task AF_11_Nobody_grants_above_their_own()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var newcomer = await fixture.SignUpAsync();
        await world.Admin.RefusedAsync("PT403", Grant, world.Project, newcomer.Id.ToString(), "own");
        await world.Editor.RefusedAsync("42501", Grant, world.Project, newcomer.Id.ToString(), "view");
        await world.Stranger.RefusedAsync("42501", Grant, world.Project, world.Stranger.Id.ToString(), "own");
        await world.Admin.ExecuteAsync(Grant, world.Project, newcomer.Id.ToString(), "admin");
        await newcomer.RefusedAsync("PT403", "update appforge.project_permissions set permission_type = 'own' where user_id = $1", newcomer.Id.ToString());
        await world.Owner.ExecuteAsync("update appforge.project_permissions set permission_type = 'own' where user_id = $1", newcomer.Id.ToString());
        await world.Admin.RefusedAsync("PT403", "delete from appforge.project_permissions where user_id = $1", newcomer.Id.ToString());
        await world.Owner.RefusedAsync("22P02", Grant, world.Project, newcomer.Id.ToString(), "everything");
    }

    [Fact]
    public async Task AF_11_A_permission_through_a_team_ends_with_the_membership()
    {
        var (world, guests) = (await ForgeWorld.MakeAsync(fixture), await ForgeWorld.MakeAsync(fixture));
        await world.Owner.ExecuteAsync(Add.Replace("$3::appforge.team_role", "'admin'", StringComparison.Ordinal), world.Team, guests.Owner.Id.ToString());
        // Somebody in both shares the project of one with the team of the other.
        await guests.Owner.ExecuteAsync("select appforge.share_with_team($1, $2, 'edit')", world.Project, guests.Team);
        Assert.Equal(1, await guests.Viewer.ExecuteAsync(Rename, world.Project));
        await world.Owner.RefusedAsync("PT409", "insert into appforge.project_permissions (project_id, user_id, team_id) values ($1, $2, $3)", world.Project, world.Stranger.Id.ToString(), guests.Team);
        // Nor does who is outside of a team learn who is in it.
        await world.Admin.RefusedAsync("PT409", "insert into appforge.project_permissions (project_id, user_id, team_id) values ($1, $2, $3)", world.Project, guests.Editor.Id.ToString(), guests.Team);
        await guests.Owner.ExecuteAsync("delete from appforge.team_members where user_id = $1", guests.Viewer.Id.ToString());
        Assert.Equal(0, await guests.Viewer.ExecuteAsync(Rename, world.Project));
        // Nor does it come back with the next one.
        await guests.Owner.ExecuteAsync(Add.Replace("$3::appforge.team_role", "'viewer'", StringComparison.Ordinal), guests.Team, guests.Viewer.Id.ToString());
        Assert.Equal(0, await guests.Viewer.ExecuteAsync(Rename, world.Project));
    }

    [Fact]
    public async Task AF_11_A_project_goes_only_to_a_team_of_its_writer_s()
    {
        var (world, others) = (await ForgeWorld.MakeAsync(fixture), await ForgeWorld.MakeAsync(fixture));
        await world.Owner.RefusedAsync("PT403", "insert into appforge.projects (name, team_id) values ('Trojan', $1)", others.Team);
        await world.Owner.RefusedAsync("PT403", "update appforge.projects set team_id = $2 where id = $1", world.Project, others.Team);
        await world.Editor.RefusedAsync("PT403", "update appforge.projects set team_id = null where id = $1", world.Project);
        await world.Owner.RefusedAsync("42501", "insert into appforge.projects (name, owner_id) values ('Gift', $1)", world.Editor.Id.ToString());
        await world.Stranger.RefusedAsync("42501", "insert into appforge.apps (project_id, name) values ($1, 'Trojan')", world.Project);
    }

    [Fact]
    public async Task AF_12_A_review_is_the_reviewer_s_and_never_the_author_s()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        const string ask = "insert into appforge.code_reviews (project_id, reviewer_id, function_id) values ($1, $2, 'checkout') returning id";
        const string decide = "update appforge.code_reviews set status = $2::appforge.review_status, comments = 'ok' where id = $1";
        await world.Editor.RefusedAsync("23514", ask, world.Project, world.Editor.Id.ToString());
        await world.Editor.RefusedAsync("42501", ask, world.Project, world.Stranger.Id.ToString()); // cannot view the project
        await world.Viewer.RefusedAsync("42501", ask, world.Project, world.Admin.Id.ToString());
        var review = await world.Editor.ScalarAsync<string>(ask, world.Project, world.Viewer.Id.ToString());
        Assert.Equal(0, await world.Editor.ExecuteAsync(decide, review, "approved"));
        Assert.Equal(0, await world.Owner.ExecuteAsync(decide, review, "approved"));
        Assert.Equal(1, await world.Viewer.ExecuteAsync(decide, review, "changes_requested"));
        Assert.True(await world.Editor.ScalarAsync<bool>("select completed_at is not null from appforge.code_reviews"));
        await world.Viewer.RefusedAsync("PT409", decide, review, "approved");
    }

    [Fact]
    public async Task AF_13_What_happens_is_logged_before_and_after_and_stays()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await world.Editor.ExecuteAsync(Rename, world.Project);
        var deployment = await world.Editor.ScalarAsync<string>("insert into appforge.deployments (app_id, version) values ($1, '1.0.0') returning id", world.App);
        await fixture.Service.ExecuteAsync("update appforge.deployments set status = 'in_progress' where id = $1", deployment);
        await fixture.Service.ExecuteAsync("update appforge.deployments set status = 'success' where id = $1", deployment);
        await world.Admin.ExecuteAsync("delete from appforge.apps where id = $1", world.App);
        Assert.Equal("created project, created app, updated project, deployment_started deployment, updated deployment, deployed deployment, deleted app", await world.Viewer.ScalarAsync<string>(
            "select string_agg(action || ' ' || resource_type, ', ' order by timestamp) from appforge.activity_logs"));
        Assert.Equal("Anvil Hammer " + world.Editor.Id, await world.Viewer.ScalarAsync<string>(
            "select concat_ws(' ', changes #>> '{before,name}', changes #>> '{after,name}', user_id) from appforge.activity_logs where action = 'updated' and resource_type = 'project'"));
        Assert.Equal(0L, await world.Stranger.ScalarAsync<long>("select count(*) from appforge.activity_logs"));
        foreach (var writer in new[] { world.Owner, fixture.Service })
        {
            await writer.RefusedAsync("42501", "delete from appforge.activity_logs");
            await writer.RefusedAsync("42501", "update appforge.activity_logs set action = 'x'");
        }
        await fixture.Operator.RefusedAsync("PT405", "update appforge.activity_logs set action = 'x'");
    }

    [Theory]
    [InlineData("insert into appforge.code_reviews (project_id, reviewer_id) select $1, user_id from appforge.team_members where role = 'viewer' limit 1", "created code_review")]
    [InlineData("select appforge.create_project_version($1)", "created project_version")]
    [InlineData("insert into appforge.integration_configs (project_id, integration_type, config_data) values ($1, 'slack', '{\"token\": \"hush-hush\"}')", "created integration")]
    [InlineData("insert into appforge.encrypted_secrets (project_id, secret_name, secret_value) values ($1, 'KEY', 'hush-hush')", "created secret")]
    [InlineData("insert into appforge.security_audits (project_id, audit_type) values ($1, 'compliance_check')", "created security_audit")]
    [InlineData("insert into appforge.project_permissions (project_id, user_id, permission_type) select $1, user_id, 'edit' from appforge.team_members where role = 'viewer' limit 1", "created permission")]
    public async Task AF_13_What_is_made_in_a_project_is_logged_without_its_secrets(string make, string expected)
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await world.Owner.ExecuteAsync(make, world.Project);
        Assert.Equal(expected, await world.Viewer.ScalarAsync<string>(
            "select string_agg(action || ' ' || resource_type, ', ') from appforge.activity_logs where project_id = $1 and resource_type not in ('project', 'app') and changes::text not like '%hush-hush%'", world.Project));
    }

    [Fact]
    public async Task AF_13_Comments_and_what_is_made_of_errors_are_activity_too()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        var comment = await world.Viewer.ScalarAsync<string>("insert into appforge.comments (resource_type, resource_id, content) values ('app', $1, 'Why?') returning id", world.App);
        await world.Editor.ExecuteAsync("update appforge.comments set resolved = true where id = $1", comment);
        await world.Viewer.ExecuteAsync("delete from appforge.comments where id = $1", comment);
        const string report = "select appforge.report_error('TypeError', app_id => $1)";
        await fixture.Service.ExecuteAsync(report, world.App);
        await fixture.Service.ExecuteAsync(report, world.App); // once more is no news
        await world.Editor.ExecuteAsync("update appforge.app_errors set status = 'resolved'");
        await fixture.Service.ExecuteAsync(report, world.App);
        Assert.Equal(
            $"created comment {world.Viewer.Id}, updated comment {world.Editor.Id}, deleted comment {world.Viewer.Id}, updated error {world.Editor.Id}, updated error service",
            await world.Viewer.ScalarAsync<string>("select string_agg(concat_ws(' ', action, resource_type, user_id), ', ' order by timestamp) from appforge.activity_logs where resource_type in ('comment', 'error')"));
        Assert.Equal("new resolved, resolved new", await world.Viewer.ScalarAsync<string>(
            "select string_agg(changes #>> '{before,status}' || ' ' || (changes #>> '{after,status}'), ', ' order by timestamp) from appforge.activity_logs where resource_type = 'error'"));
    }

    [Fact]
    public async Task AF_14_Comments_stand_on_what_their_writer_sees_and_fifty_replies_at_once_are_all_kept()
    {
        var (world, others) = (await ForgeWorld.MakeAsync(fixture), await ForgeWorld.MakeAsync(fixture));
        const string say = "insert into appforge.comments (resource_type, resource_id, content) values ($1, $2, 'Why?') returning id";
        foreach (var (type, id) in new[] { ("project", world.Project), ("app", world.App), ("function", $"{world.Project}/checkout"), ("page", $"{world.Project}/home") })
        {
            await world.Viewer.ScalarAsync<string>(say, type, id);
            await world.Stranger.RefusedAsync("42501", say, type, id);
        }
        await world.Viewer.RefusedAsync("42501", say, "app", others.App);
        await world.Viewer.RefusedAsync("PT404", say, "app", "nothing");
        await world.Viewer.RefusedAsync("PT404", say, "moon", "1");

        var comment = await world.Viewer.ScalarAsync<string>("select id from appforge.comments where resource_type = 'app' and project_id = $1", world.Project);
        const string reply = "select replies -> -1 ->> 'id' from appforge.reply_to_comment($1, $2, $3)";
        var first = await world.Editor.ScalarAsync<string>(reply, comment, "Because", null);
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => world.Admin.ExecuteAsync(reply, comment, $"And {n}", first)));
        Assert.Equal(51, await world.Viewer.ScalarAsync<int>("select jsonb_array_length(replies) from appforge.comments where id = $1", comment));
        await world.Stranger.RefusedAsync("PT404", reply, comment, "Me too", null);
        await world.Editor.RefusedAsync("PT404", reply, comment, "To whom?", "nobody");

        Assert.Equal(1, await world.Editor.ExecuteAsync("update appforge.comments set resolved = true where id = $1", comment));
        await world.Editor.RefusedAsync("PT403", "update appforge.comments set content = 'Other' where id = $1", comment);
        Assert.True(await world.Viewer.ScalarAsync<bool>("update appforge.comments set content = 'Still?', resolved = false where id = $1 returning updated_at > created_at", comment));
        await world.Viewer.RefusedAsync("42501", "update appforge.comments set replies = '[]' where id = $1", comment);
    }

    [Fact]
    public async Task AF_14_Everybody_comments_on_published_templates()
    {
        var (creator, reader) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var template = await creator.ScalarAsync<string>("insert into appforge.templates (name) values ('T') returning id");
        const string say = "insert into appforge.comments (resource_type, resource_id, content) values ('template', $1, 'Nice')";
        await reader.RefusedAsync("42501", say, template);
        await creator.ExecuteAsync("select appforge.publish_template($1)", template);
        Assert.Equal(1, await reader.ExecuteAsync(say, template));
        Assert.Equal(1L, await (await fixture.SignUpAsync()).ScalarAsync<long>("select count(*) from appforge.comments where resource_id = $1", template));
        await creator.ExecuteAsync("update appforge.templates set status = 'archived' where id = $1", template);
        Assert.Equal(0L, await (await fixture.SignUpAsync()).ScalarAsync<long>("select count(*) from appforge.comments where resource_id = $1", template));
        Assert.Equal(1L, await creator.ScalarAsync<long>("select count(*) from appforge.comments where resource_id = $1", template));
    }

    private static async Task<string?> RefusalAsync(Person person, string sql, params object?[] arguments)
    {
        try
        {
            await person.ExecuteAsync(sql, arguments);
            return null;
        }
        catch (Npgsql.PostgresException refused)
        {
            return refused.SqlState;
        }
    }
}
