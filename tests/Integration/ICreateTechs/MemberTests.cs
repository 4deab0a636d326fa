using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class MemberTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string RoleOf = "select role from public.workspace_members where workspace_id = $1 and user_id = $2";

    private const string SetRole = "update public.workspace_members set role = $3 where workspace_id = $1 and user_id = $2";

    private const string Add = "insert into public.workspace_members (workspace_id, user_id, role) values ($1, $2, $3)";

    private const string Remove = "delete from public.workspace_members where workspace_id = $1 and user_id = $2";

    [Fact]
    public async Task IC_02_A_person_is_a_member_once_and_who_brought_them_is_recorded()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.ExecuteAsync(Add, workspace.Id, workspace.Stranger.Id, "viewer");
        Assert.Equal(workspace.Admin.Id, await workspace.Viewer.ScalarAsync<Guid>(
            "select invited_by from public.workspace_members where workspace_id = $1 and user_id = $2", workspace.Id, workspace.Stranger.Id));
        await workspace.Admin.RefusedAsync("23505", Add, workspace.Id, workspace.Stranger.Id, "member");
        await workspace.Admin.RefusedAsync("42501",
            "insert into public.workspace_members (workspace_id, user_id, role, invited_by) values ($1, $2, 'viewer', $2)", workspace.Id, workspace.Owner.Id);
    }

    [Fact]
    public async Task IC_02_A_role_outside_of_the_four_is_refused()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Owner.RefusedAsync("23514", Add, workspace.Id, workspace.Stranger.Id, "emperor");
        await workspace.Owner.RefusedAsync("PT400", "select public.change_member_role($1, $2, 'emperor')", workspace.Id, workspace.Member.Id);
    }

    [Fact]
    public async Task IC_02_An_admin_grants_up_to_admin_and_never_owner()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.RefusedAsync("PT403", SetRole, workspace.Id, workspace.Member.Id, "owner");
        await workspace.Admin.RefusedAsync("PT403", SetRole, workspace.Id, workspace.Admin.Id, "owner");
        await workspace.Admin.RefusedAsync("PT403", Add, workspace.Id, workspace.Stranger.Id, "owner");
        Assert.Equal(1, await workspace.Admin.ExecuteAsync(SetRole, workspace.Id, workspace.Member.Id, "admin"));
    }

    [Fact]
    public async Task IC_02_An_admin_cannot_touch_the_owner()
    {
        var workspace = await fixture.WorkspaceAsync();
        var error = await workspace.Admin.RefusedAsync("PT403", SetRole, workspace.Id, workspace.Owner.Id, "viewer");
        Assert.Contains("admin", error.MessageText, StringComparison.Ordinal);
        await workspace.Admin.RefusedAsync("PT403", Remove, workspace.Id, workspace.Owner.Id);
        await workspace.Admin.RefusedAsync("PT403", "select public.remove_member($1, $2)", workspace.Id, workspace.Owner.Id);
        Assert.Equal("owner", await workspace.Viewer.ScalarAsync<string>(RoleOf, workspace.Id, workspace.Owner.Id));
    }

    [Fact]
    public async Task IC_02_Members_and_viewers_manage_nobody_not_even_themselves()
    {
        var workspace = await fixture.WorkspaceAsync();
        foreach (var person in new[] { workspace.Member, workspace.Viewer })
        {
            Assert.Equal(0, await person.ExecuteAsync(SetRole, workspace.Id, person.Id, "admin"));
            Assert.Equal(0, await person.ExecuteAsync(Remove, workspace.Id, workspace.Admin.Id));
            await person.RefusedAsync("42501", Add, workspace.Id, workspace.Stranger.Id, "viewer");
            await person.RefusedAsync("PT403", "select public.change_member_role($1, $2, 'admin')", workspace.Id, person.Id);
            await person.RefusedAsync("PT403", "select public.remove_member($1, $2)", workspace.Id, workspace.Admin.Id);
        }
    }

    [Fact]
    public async Task IC_02_A_stranger_learns_and_changes_nothing()
    {
        var workspace = await fixture.WorkspaceAsync();
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>("select count(*) from public.workspace_members where workspace_id = $1", workspace.Id));
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>("select count(*) from public.list_members($1)", workspace.Id));
        await workspace.Stranger.RefusedAsync("42501", Add, workspace.Id, workspace.Stranger.Id, "owner");
        await workspace.Stranger.RefusedAsync("PT404", "select public.leave_workspace($1)", workspace.Id);
        await workspace.Stranger.RefusedAsync("PT404", "select public.change_member_role($1, $2, 'viewer')", workspace.Id, workspace.Member.Id);
    }

    [Fact]
    public async Task IC_02_A_membership_does_not_move_to_another_workspace_or_person()
    {
        var workspace = await fixture.WorkspaceAsync();
        var other = await workspace.AddWorkspaceAsync(workspace.Owner);
        await workspace.Owner.RefusedAsync("PT403", "update public.workspace_members set workspace_id = $2 where workspace_id = $1 and role = 'viewer'", workspace.Id, other);
        await workspace.Owner.RefusedAsync("PT403", "update public.workspace_members set user_id = $2 where workspace_id = $1 and role = 'viewer'", workspace.Id, workspace.Stranger.Id);
    }

    [Fact]
    public async Task IC_02_Everybody_leaves_and_the_colleagues_see_each_other_by_name()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Viewer.ExecuteAsync("update public.users set full_name = 'Vera' where id = $1", workspace.Viewer.Id);
        Assert.Equal("Vera", await workspace.Member.ScalarAsync<string>(
            "select full_name from public.list_members($1) where user_id = $2", workspace.Id, workspace.Viewer.Id));

        await workspace.Viewer.ExecuteAsync("select public.leave_workspace($1)", workspace.Id);
        Assert.Equal(1, await workspace.Member.ExecuteAsync(Remove, workspace.Id, workspace.Member.Id));
        Assert.Equal(2L, await workspace.Owner.ScalarAsync<long>("select count(*) from public.list_members($1)", workspace.Id));
        Assert.Equal(0L, await workspace.Viewer.ScalarAsync<long>("select count(*) from public.projects where workspace_id = $1", workspace.Id));
    }

    [Fact]
    public async Task IC_02_The_last_owner_cannot_leave_step_down_or_be_removed_by_anyone()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Owner.RefusedAsync("PT409", "select public.leave_workspace($1)", workspace.Id);
        await workspace.Owner.RefusedAsync("PT409", SetRole, workspace.Id, workspace.Owner.Id, "member");
        await workspace.Service.RefusedAsync("PT409", Remove, workspace.Id, workspace.Owner.Id);
        await workspace.Service.RefusedAsync("PT409", SetRole, workspace.Id, workspace.Owner.Id, "viewer");
    }

    [Fact]
    public async Task IC_02_When_one_of_two_owners_leaves_the_workspace_belongs_to_the_other()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Owner.ExecuteAsync(SetRole, workspace.Id, workspace.Member.Id, "owner");
        await workspace.Owner.ExecuteAsync("select public.leave_workspace($1)", workspace.Id);
        Assert.Equal(workspace.Member.Id, await workspace.Member.ScalarAsync<Guid>("select owner_id from public.workspaces where id = $1", workspace.Id));
        await workspace.Member.RefusedAsync("PT409", "select public.leave_workspace($1)", workspace.Id);
    }

    [Fact]
    public async Task IC_02_Fifty_owners_who_step_down_at_once_leave_exactly_one()
    {
        var workspace = await fixture.WorkspaceAsync();
        var owners = new List<Person> { workspace.Owner };
        while (owners.Count < 50)
        {
            owners.Add(await workspace.SignUpAsync());
            await workspace.Owner.ExecuteAsync(Add, workspace.Id, owners[^1].Id, "owner");
        }

        var refusals = await Task.WhenAll(owners.Select((owner, at) => RefusalAsync(() => at % 2 == 0
            ? owner.ExecuteAsync(SetRole, workspace.Id, owner.Id, "member")
            : owner.ExecuteAsync("select public.leave_workspace($1)", workspace.Id))));

        Assert.Equal(["PT409"], refusals.Where(state => state is not null));
        var last = await workspace.Operator.ScalarAsync<Guid>("select user_id from public.workspace_members where workspace_id = $1 and role = 'owner'", workspace.Id);
        Assert.Equal(last, await workspace.Operator.ScalarAsync<Guid>("select owner_id from public.workspaces where id = $1", workspace.Id));
    }

    private static async Task<string?> RefusalAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return null;
        }
        catch (PostgresException refusal)
        {
            return refusal.SqlState;
        }
    }
}
