namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ConversationTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Start = "insert into public.conversations (project_id, title) values ($1, 'Pruning') returning id";

    private const string Say = "insert into public.messages (conversation_id, role, content) values ($1, 'user', 'When?') returning id";

    private const string Heard = "select count(*) from public.messages where conversation_id = $1";

    [Fact]
    public async Task IC_05_Those_who_see_the_project_read_members_write_and_viewers_only_read()
    {
        var workspace = await fixture.WorkspaceAsync();
        var conversation = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        await workspace.Member.ScalarAsync<Guid>(Say, conversation);
        await workspace.Admin.ScalarAsync<Guid>(Say, conversation);

        Assert.Equal(2L, await workspace.Viewer.ScalarAsync<long>(Heard, conversation));
        await workspace.Viewer.RefusedAsync("42501", Say, conversation);
        await workspace.Viewer.RefusedAsync("42501", Start, workspace.Project);
        foreach (var person in new[] { workspace.Stranger, workspace.Anyone })
        {
            Assert.Equal(0L, await person.ScalarAsync<long>(Heard, conversation));
            await person.RefusedAsync("42501", Say, conversation);
        }
    }

    [Fact]
    public async Task IC_05_The_conversations_of_a_public_project_are_read_by_everybody()
    {
        var workspace = await fixture.WorkspaceAsync();
        var conversation = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        await workspace.Member.ScalarAsync<Guid>(Say, conversation);
        await workspace.Owner.ExecuteAsync("update public.projects set visibility = 'public' where id = $1", workspace.Project);
        Assert.Equal(1L, await workspace.Anyone.ScalarAsync<long>(Heard, conversation));
        await workspace.Stranger.RefusedAsync("42501", Say, conversation);
    }

    [Fact]
    public async Task IC_05_Nobody_speaks_for_somebody_else()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.RefusedAsync("42501", "insert into public.conversations (project_id, user_id) values ($1, $2)", workspace.Project, workspace.Member.Id);
    }

    [Fact]
    public async Task IC_05_Messages_are_append_only_for_everybody()
    {
        var workspace = await fixture.WorkspaceAsync();
        var conversation = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        await workspace.Member.ScalarAsync<Guid>(Say, conversation);
        foreach (var person in new[] { workspace.Member, workspace.Owner, workspace.Service })
        {
            await person.RefusedAsync("42501", "update public.messages set content = 'Never' where conversation_id = $1", conversation);
            await person.RefusedAsync("42501", "delete from public.messages where conversation_id = $1", conversation);
        }
    }

    [Fact]
    public async Task IC_05_A_new_message_moves_its_conversation_s_updated_at_and_no_other()
    {
        const string updated = "select updated_at from public.conversations where id = $1";
        var workspace = await fixture.WorkspaceAsync();
        var one = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        var two = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        var (first, second) = (await workspace.Member.ScalarAsync<DateTime>(updated, one), await workspace.Member.ScalarAsync<DateTime>(updated, two));
        await workspace.Member.ScalarAsync<Guid>(Say, one);
        Assert.True(await workspace.Member.ScalarAsync<DateTime>(updated, one) > first);
        Assert.Equal(second, await workspace.Member.ScalarAsync<DateTime>(updated, two));
    }

    [Fact]
    public async Task IC_05_Fifty_messages_at_once_into_the_same_conversations_all_arrive()
    {
        var workspace = await fixture.WorkspaceAsync();
        var one = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        var two = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(at => workspace.Member.ExecuteAsync(
            "insert into public.messages (conversation_id, role, content) values ($1, 'user', 'a'), ($2, 'assistant', 'b')",
            at % 2 == 0 ? one : two, at % 2 == 0 ? two : one)));
        Assert.Equal(100L, await workspace.Member.ScalarAsync<long>("select count(*) from public.messages where conversation_id in ($1, $2)", one, two));
    }

    [Fact]
    public async Task IC_05_A_member_changes_their_own_conversation_and_an_admin_everybody_s()
    {
        const string archive = "update public.conversations set is_archived = true where id = $1";
        var workspace = await fixture.WorkspaceAsync();
        var conversation = await workspace.Admin.ScalarAsync<Guid>(Start, workspace.Project);
        Assert.Equal(0, await workspace.Member.ExecuteAsync(archive, conversation));
        Assert.Equal(1, await workspace.Owner.ExecuteAsync(archive, conversation));
        var own = await workspace.Member.ScalarAsync<Guid>(Start, workspace.Project);
        Assert.Equal(1, await workspace.Member.ExecuteAsync(archive, own));
        await workspace.Member.RefusedAsync("PT403", "update public.conversations set user_id = $2 where id = $1", own, workspace.Admin.Id);
    }
}
