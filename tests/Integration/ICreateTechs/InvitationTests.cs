using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class InvitationTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Invite = "select token from public.invite_member($1, $2, $3)";

    private const string Accept = "select (public.accept_invitation(token => $1)).role";

    [Fact]
    public async Task IC_02_The_owner_of_the_address_joins_with_the_role_and_the_inviter_is_recorded()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest).ToUpperInvariant(), "member");

        Assert.Equal("member", await guest.ScalarAsync<string>(Accept, token));
        Assert.Equal(workspace.Admin.Id, await guest.ScalarAsync<Guid>(
            "select invited_by from public.workspace_members where workspace_id = $1 and user_id = $2", workspace.Id, guest.Id));
        var again = await guest.RefusedAsync("PT409", Accept, token);
        Assert.Contains("accepted", again.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IC_02_An_invitation_can_be_found_and_accepted_without_the_mail()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        await workspace.Owner.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "viewer");
        var id = await guest.ScalarAsync<Guid>("select id from public.workspace_invitations where status = 'pending'");
        Assert.Equal("viewer", await guest.ScalarAsync<string>("select (public.accept_invitation($1)).role", id));
    }

    [Fact]
    public async Task IC_02_Whoever_holds_the_token_but_not_the_address_is_refused()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "member");

        await workspace.Stranger.RefusedAsync("PT404", Accept, token);
        await workspace.Stranger.RefusedAsync("PT404", "select public.decline_invitation(token => $1)", token);
        await workspace.Anyone.RefusedAsync("42501", Accept, token);
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>("select count(*) from public.workspace_invitations where workspace_id = $1", workspace.Id));
    }

    [Fact]
    public async Task IC_02_An_address_that_was_never_confirmed_accepts_nothing()
    {
        var workspace = await fixture.WorkspaceAsync();
        var claimant = await workspace.SignUpAsync();
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(claimant), "member");
        await workspace.Operator.ExecuteAsync("update auth.users set email_confirmed_at = null where id = $1", claimant.Id);
        await claimant.RefusedAsync("PT404", Accept, token);
    }

    [Fact]
    public async Task IC_02_Nobody_reads_a_token()
    {
        var workspace = await fixture.WorkspaceAsync();
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, "a@example.com", "member");
        foreach (var person in new[] { workspace.Owner, workspace.Admin, workspace.Service })
            await person.RefusedAsync("42501", "select * from hedgerow.invitation_tokens");
        Assert.Equal(0L, await workspace.Operator.ScalarAsync<long>(
            "select count(*) from hedgerow.invitation_tokens t where t::text like '%' || $1 || '%'", token));
    }

    [Fact]
    public async Task IC_02_Fifty_acceptances_at_once_admit_one()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "member");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            try
            {
                return await guest.ScalarAsync<string>(Accept, token);
            }
            catch (PostgresException refusal)
            {
                return refusal.SqlState;
            }
        }));
        Assert.Equal(1, answers.Count(answer => answer == "member"));
        Assert.Equal(49, answers.Count(answer => answer == "PT409"));
    }

    [Fact]
    public async Task IC_02_An_expired_invitation_is_gone()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "member");
        await workspace.Operator.ExecuteAsync("update public.workspace_invitations set expires_at = now() where workspace_id = $1", workspace.Id);
        await guest.RefusedAsync("PT410", Accept, token);
    }

    [Theory]
    [InlineData("select public.revoke_invitation($1)", "revoked")]
    [InlineData("select public.decline_invitation($1)", "declined")]
    public async Task IC_02_A_revoked_or_declined_invitation_admits_nobody(string end, string status)
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "member");
        var id = await guest.ScalarAsync<Guid>("select id from public.workspace_invitations");
        await (status == "revoked" ? workspace.Admin : guest).ExecuteAsync(end, id);
        var refusal = await guest.RefusedAsync("PT409", Accept, token);
        Assert.Contains(status, refusal.MessageText, StringComparison.Ordinal);
        await workspace.Service.RefusedAsync("PT409", "update public.workspace_invitations set status = 'pending' where id = $1", id);
    }

    [Fact]
    public async Task IC_02_A_new_invitation_to_the_same_address_replaces_the_old_one()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var first = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "admin");
        var second = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "viewer");
        await guest.RefusedAsync("PT409", Accept, first);
        Assert.Equal("viewer", await guest.ScalarAsync<string>(Accept, second));
        await workspace.Admin.RefusedAsync("PT409", Invite, workspace.Id, Address(guest), "admin");
    }

    [Fact]
    public async Task IC_02_Nobody_invites_above_their_own_role_and_below_admin_nobody_invites()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.RefusedAsync("PT403", Invite, workspace.Id, "a@example.com", "owner");
        await workspace.Admin.RefusedAsync("PT400", Invite, workspace.Id, "a@example.com", "emperor");
        await workspace.Admin.RefusedAsync("PT400", Invite, workspace.Id, "not an address", "member");
        foreach (var person in new[] { workspace.Member, workspace.Viewer, workspace.Stranger })
            await person.RefusedAsync("PT403", Invite, workspace.Id, "a@example.com", "viewer");
        await workspace.Admin.RefusedAsync("42501", "insert into public.workspace_invitations (workspace_id, email, role, expires_at) values ($1, 'a@example.com', 'owner', now())", workspace.Id);
    }

    [Fact]
    public async Task IC_02_What_somebody_offered_is_taken_back_with_their_role()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "admin");
        await workspace.Owner.ExecuteAsync("select public.remove_member($1, $2)", workspace.Id, workspace.Admin.Id);
        await guest.RefusedAsync("PT409", Accept, token);
    }

    [Fact]
    public async Task IC_02_What_somebody_offered_is_taken_back_when_their_account_is_deleted()
    {
        var workspace = await fixture.WorkspaceAsync();
        var guest = await GuestAsync(workspace);
        var token = await workspace.Admin.ScalarAsync<string>(Invite, workspace.Id, Address(guest), "admin");
        await workspace.Operator.ExecuteAsync("delete from auth.users where id = $1", workspace.Admin.Id);
        await guest.RefusedAsync("PT409", Accept, token);
    }

    private static string Address(Person person) => $"{person.Id:N}@example.com";

    private static async Task<Person> GuestAsync(TestWorkspace workspace)
    {
        var guest = await workspace.SignUpAsync();
        await workspace.Operator.ExecuteAsync("update auth.users set email_confirmed_at = now() where id = $1", guest.Id);
        return guest;
    }
}
