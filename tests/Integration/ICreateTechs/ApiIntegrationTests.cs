namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ApiIntegrationTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Add =
        "insert into public.api_integrations (workspace_id, provider, api_key_encrypted) values ($1, 'openai', $2) returning id";

    private const string Stored = "select api_key_encrypted from public.api_integrations where id = $1";

    [Fact]
    public async Task IC_21_A_key_is_written_in_clear_stored_encrypted_and_read_in_clear_by_service_alone()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>(Add, workspace.Id, "key-of-the-member");
        var stored = await workspace.Member.ScalarAsync<string>(Stored, id);
        Assert.StartsWith("-----BEGIN PGP MESSAGE-----", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("key-of-the-member", stored, StringComparison.Ordinal);

        await workspace.Member.RefusedAsync("42501", "select public.use_api_integration($1)", id);
        await workspace.Member.RefusedAsync("42501", "select hedgerow.decrypt($1)", stored);
        Assert.Equal("key-of-the-member", await workspace.Service.ScalarAsync<string>("select public.use_api_integration($1)", id));
        Assert.True(await workspace.Member.ScalarAsync<bool>("select last_used_at is not null from public.api_integrations where id = $1", id));
        await workspace.Member.RefusedAsync("42501", "update public.api_integrations set last_used_at = now()");
    }

    [Fact]
    public async Task IC_21_An_update_that_leaves_the_key_alone_does_not_encrypt_it_twice()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>(Add, workspace.Id, "once");
        var stored = await workspace.Member.ScalarAsync<string>(Stored, id);

        await workspace.Member.ExecuteAsync("update public.api_integrations set is_active = true, api_key_encrypted = $2 where id = $1", id, stored);
        Assert.Equal(stored, await workspace.Member.ScalarAsync<string>(Stored, id));

        const string upsert =
            "insert into public.api_integrations (id, workspace_id, provider, api_key_encrypted) values ($1, $2, 'openai', $3) on conflict (id) do update set api_key_encrypted = excluded.api_key_encrypted";
        await workspace.Member.ExecuteAsync(upsert, id, workspace.Id, stored);
        Assert.Equal("once", await workspace.Service.ScalarAsync<string>("select public.use_api_integration($1)", id));
        await workspace.Member.ExecuteAsync(upsert, id, workspace.Id, "twice");
        Assert.Equal("twice", await workspace.Service.ScalarAsync<string>("select public.use_api_integration($1)", id));
    }

    [Fact]
    public async Task IC_21_One_for_each_user_workspace_and_provider_also_without_a_workspace()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ScalarAsync<Guid>(Add, workspace.Id, "a");
        await workspace.Member.RefusedAsync("23505", Add, workspace.Id, "b");
        await workspace.Member.ScalarAsync<Guid>(Add, null, "c");
        await workspace.Member.RefusedAsync("23505", Add, null, "d");
        await workspace.Admin.ScalarAsync<Guid>(Add, workspace.Id, "e");
    }

    [Fact]
    public async Task IC_21_Nobody_sees_or_makes_the_integrations_of_another()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>(Add, workspace.Id, "a");
        Assert.Equal(0L, await workspace.Owner.ScalarAsync<long>("select count(*) from public.api_integrations where id = $1", id));
        Assert.Equal(0, await workspace.Owner.ExecuteAsync("delete from public.api_integrations where id = $1", id));
        await workspace.Stranger.RefusedAsync("42501", Add, workspace.Id, "a");
        await workspace.Viewer.RefusedAsync("42501", Add, workspace.Id, "a");
        await workspace.Owner.RefusedAsync("42501",
            "insert into public.api_integrations (user_id, provider) values ($1, 'github')", workspace.Member.Id);
    }
}
