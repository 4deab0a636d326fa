using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ProfileTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private readonly Person _operator = new(fixture.Database, "postgres");
    private readonly Person _authRoom = new(fixture.Database, "hedgerow_auth");

    [Fact]
    public async Task C_01_An_account_has_its_profile_in_the_same_transaction_and_a_changed_address_follows()
    {
        var id = Guid.NewGuid();
        await _authRoom.ExecuteAsync("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        Assert.Equal($"{id:N}@example.com", await EmailAsync(id));

        await _authRoom.ExecuteAsync("update auth.users set email = $2 where id = $1", id, $"new-{id:N}@example.com");
        Assert.Equal($"new-{id:N}@example.com", await EmailAsync(id));
    }

    [Fact]
    public async Task C_01_A_sign_in_does_not_touch_the_profile()
    {
        var id = Guid.NewGuid();
        await _authRoom.ExecuteAsync("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        var before = await _operator.ScalarAsync<DateTime>("select updated_at from public.users where id = $1", id);
        await _authRoom.ExecuteAsync("update auth.users set last_sign_in_at = now() where id = $1", id);
        Assert.Equal(before, await _operator.ScalarAsync<DateTime>("select updated_at from public.users where id = $1", id));
    }

    [Fact]
    public async Task C_01_Two_accounts_without_an_address_have_profiles_with_an_empty_one()
    {
        foreach (var id in new[] { Guid.NewGuid(), Guid.NewGuid() })
        {
            await _authRoom.ExecuteAsync("insert into auth.users (id, is_anonymous) values ($1, true)", id);
            Assert.Equal("", await EmailAsync(id));
        }
    }

    [Fact]
    public async Task C_01_A_deleted_account_takes_its_workspaces_along_and_leaves_the_rows_of_others()
    {
        var workspace = await fixture.WorkspaceAsync();
        var mine = await workspace.AddWorkspaceAsync(workspace.Admin);
        var newcomer = await workspace.SignUpAsync();
        await workspace.Admin.ExecuteAsync(
            "insert into public.workspace_members (workspace_id, user_id, role) values ($1, $2, 'member')", workspace.Id, newcomer.Id);

        await _authRoom.ExecuteAsync("delete from auth.users where id = $1", workspace.Admin.Id);

        Assert.Equal(0L, await _operator.ScalarAsync<long>("select count(*) from public.workspaces where id = $1", mine));
        Assert.Equal(0L, await _operator.ScalarAsync<long>("select count(*) from public.workspace_members where user_id = $1", workspace.Admin.Id));
        Assert.True(await _operator.ScalarAsync<bool>(
            "select invited_by is null from public.workspace_members where workspace_id = $1 and user_id = $2", workspace.Id, newcomer.Id));
    }

    [Fact]
    public async Task C_01_Deleting_the_owner_of_a_workspace_deletes_it_with_all_below()
    {
        var workspace = await fixture.WorkspaceAsync();
        await _authRoom.ExecuteAsync("delete from auth.users where id = $1", workspace.Owner.Id);
        Assert.Equal(0L, await _operator.ScalarAsync<long>(
            "select (select count(*) from public.workspaces where id = $1) + (select count(*) from public.workspace_members where workspace_id = $1) + (select count(*) from public.projects where workspace_id = $1)",
            workspace.Id));
    }

    [Theory]
    [InlineData("id = gen_random_uuid()")]
    [InlineData("email = 'me@elsewhere.example'")]
    [InlineData("created_at = now()")]
    public async Task A_person_cannot_change_what_the_platform_keeps_of_them(string change)
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.RefusedAsync("42501", $"update public.users set {change}");
    }

    private Task<string?> EmailAsync(Guid id) => _operator.ScalarAsync<string>("select email from public.users where id = $1", id);
}
