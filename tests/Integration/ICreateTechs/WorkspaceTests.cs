namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class WorkspaceTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Create = "insert into public.workspaces (name, slug) values ('Garden', $1) returning id";

    private const string RoleOf = "select role from public.workspace_members where workspace_id = $1 and user_id = $2";

    [Fact]
    public async Task IC_01_The_creator_becomes_owner_in_the_same_transaction_and_sees_the_row_it_returns()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Stranger.ScalarAsync<Guid>(Create, $"garden-{Guid.NewGuid():N}");
        Assert.Equal("owner", await workspace.Stranger.ScalarAsync<string>(RoleOf, id, workspace.Stranger.Id));
        Assert.Equal(workspace.Stranger.Id, await workspace.Stranger.ScalarAsync<Guid>("select owner_id from public.workspaces where id = $1", id));
        Assert.True(await workspace.Stranger.ScalarAsync<bool>(
            "select invited_by is null from public.workspace_members where workspace_id = $1", id));
    }

    [Fact]
    public async Task IC_01_Nobody_makes_a_workspace_for_somebody_else_and_nobody_signed_out_makes_one()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Stranger.RefusedAsync("42501",
            "insert into public.workspaces (name, slug, owner_id) values ('Garden', $1, $2)", $"g-{Guid.NewGuid():N}", workspace.Owner.Id);
        await workspace.Anyone.RefusedAsync("42501", Create, $"g-{Guid.NewGuid():N}");
    }

    [Theory]
    [InlineData("Garden")]
    [InlineData("gar den")]
    [InlineData("gärten")]
    [InlineData("-garden")]
    [InlineData("a--b")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task IC_01_A_slug_that_is_not_safe_in_a_URL_is_refused(string slug)
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Stranger.RefusedAsync("23514", Create, slug);
    }

    [Fact]
    public async Task IC_01_A_slug_is_taken_once()
    {
        var workspace = await fixture.WorkspaceAsync();
        var slug = $"garden-{Guid.NewGuid():N}";
        await workspace.Stranger.ScalarAsync<Guid>(Create, slug);
        await workspace.Member.RefusedAsync("23505", Create, slug);
    }

    [Fact]
    public async Task IC_01_Only_an_owner_deletes_a_workspace_and_everything_below_goes_with_it()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ExecuteAsync(
            "with c as (insert into public.conversations (project_id) values ($1) returning id) select * from c", workspace.Project);
        const string delete = "delete from public.workspaces where id = $1";
        foreach (var person in new[] { workspace.Admin, workspace.Member, workspace.Viewer, workspace.Stranger })
            Assert.Equal(0, await person.ExecuteAsync(delete, workspace.Id));

        Assert.Equal(1, await workspace.Owner.ExecuteAsync(delete, workspace.Id));
        Assert.Equal(0L, await workspace.Operator.ScalarAsync<long>(
            "select (select count(*) from public.workspace_members where workspace_id = $1) + (select count(*) from public.projects where workspace_id = $1) + (select count(*) from public.conversations where project_id = $2)",
            workspace.Id, workspace.Project));
    }

    [Fact]
    public async Task IC_01_An_admin_renames_a_workspace_a_member_does_not_and_nobody_takes_it_by_update()
    {
        var workspace = await fixture.WorkspaceAsync();
        Assert.Equal(0, await workspace.Member.ExecuteAsync("update public.workspaces set name = 'Mine' where id = $1", workspace.Id));
        Assert.Equal(1, await workspace.Admin.ExecuteAsync("update public.workspaces set name = 'Ours' where id = $1", workspace.Id));
        await workspace.Admin.RefusedAsync("42501", "update public.workspaces set owner_id = $2 where id = $1", workspace.Id, workspace.Admin.Id);
    }

    [Fact]
    public async Task IC_02_Ownership_moves_with_the_memberships_in_one_step()
    {
        var workspace = await fixture.WorkspaceAsync();
        const string transfer = "select (public.transfer_ownership($1, $2)).owner_id";
        await workspace.Admin.RefusedAsync("PT403", transfer, workspace.Id, workspace.Admin.Id);
        await workspace.Owner.RefusedAsync("PT409", transfer, workspace.Id, workspace.Stranger.Id);

        Assert.Equal(workspace.Member.Id, await workspace.Owner.ScalarAsync<Guid>(transfer, workspace.Id, workspace.Member.Id));
        Assert.Equal("owner", await workspace.Member.ScalarAsync<string>(RoleOf, workspace.Id, workspace.Member.Id));
        Assert.Equal("admin", await workspace.Member.ScalarAsync<string>(RoleOf, workspace.Id, workspace.Owner.Id));
        await workspace.Owner.RefusedAsync("PT403", transfer, workspace.Id, workspace.Owner.Id);
    }

    [Fact]
    public async Task IC_02_A_server_that_moves_owner_id_moves_the_memberships_too()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync("update public.workspaces set owner_id = $2 where id = $1", workspace.Id, workspace.Stranger.Id);
        Assert.Equal("owner", await workspace.Operator.ScalarAsync<string>(RoleOf, workspace.Id, workspace.Stranger.Id));
        Assert.Equal("admin", await workspace.Operator.ScalarAsync<string>(RoleOf, workspace.Id, workspace.Owner.Id));
    }
}
