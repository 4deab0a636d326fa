namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class UsageRecordTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Use =
        "insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit) values ($1, $2, 'api_calls', 10, 'calls')";

    [Fact]
    public async Task IC_10_Usage_is_read_by_its_user_and_by_the_workspace_s_admins_alone()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync(Use, workspace.Member.Id, workspace.Id);

        const string count = "select count(*) from public.usage_records";
        Assert.Equal(1L, await workspace.Member.ScalarAsync<long>(count));
        Assert.Equal(1L, await workspace.Admin.ScalarAsync<long>(count));
        Assert.Equal(1L, await workspace.Owner.ScalarAsync<long>(count));
        Assert.Equal(0L, await workspace.Viewer.ScalarAsync<long>(count));
        Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>(count));
        await workspace.Anyone.RefusedAsync("42501", count);
    }

    [Fact]
    public async Task IC_10_Usage_is_append_only_even_for_service()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync(Use, workspace.Member.Id, workspace.Id);
        await workspace.Service.RefusedAsync("42501", "update public.usage_records set amount = 0");
        await workspace.Service.RefusedAsync("42501", "delete from public.usage_records");
        await workspace.Owner.RefusedAsync("42501", Use, workspace.Owner.Id, workspace.Id);
    }

    [Fact]
    public async Task IC_10_A_negative_amount_is_refused()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.RefusedAsync("23514",
            "insert into public.usage_records (user_id, resource_type, amount, unit) values ($1, 'ai_tokens', -1, 'tokens')", workspace.Member.Id);
    }
}
