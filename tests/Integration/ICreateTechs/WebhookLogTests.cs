using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class WebhookLogTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Receive = "select id from hedgerow.receive_webhook('stripe', $1, 'invoice.paid', '{}')";

    private const string IsNew = "select is_new from hedgerow.receive_webhook('stripe', $1, 'invoice.paid', '{}')";

    private const string Status = "select status from public.webhook_logs where id = $1";

    private readonly Person service = new(fixture.Database, "service_role");

    [Fact]
    public async Task IC_22_An_event_is_stored_once_however_often_and_fast_it_is_sent()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.ScalarAsync<bool>(IsNew, "evt_1")));
        Assert.Equal(1, sent.Count(isNew => isNew));
        Assert.Equal(1L, await service.ScalarAsync<long>("select count(*) from public.webhook_logs where event_id = 'evt_1'"));
        await service.RefusedAsync("23505",
            "insert into public.webhook_logs (provider, event_id, event_type, payload) values ('stripe', 'evt_1', 'x', '{}')");
        Assert.True(await service.ScalarAsync<bool>("select is_new from hedgerow.receive_webhook('github', 'evt_1', 'push', '{}')"));
    }

    [Fact]
    public async Task IC_22_A_webhook_goes_from_received_through_processing_to_processed_or_failed()
    {
        var id = await service.ScalarAsync<Guid>(Receive, "evt_2");
        Assert.Equal("received", await service.ScalarAsync<string>(Status, id));
        var error = await service.RefusedAsync("PT409", "select hedgerow.finish_webhook($1)", id);
        Assert.Contains("from \"received\" to \"processed\"", error.MessageText, StringComparison.Ordinal);

        Assert.Equal(id, await service.ScalarAsync<Guid>("select id from hedgerow.claim_webhook($1)", id));
        Assert.Equal(Guid.Empty, await service.ScalarAsync<Guid>("select id from hedgerow.claim_webhook($1)", id));
        Assert.Equal("failed", await service.ScalarAsync<string>("select status from hedgerow.finish_webhook($1, error => 'boom')", id));
        Assert.True(await service.ScalarAsync<bool>("select processed_at is not null from public.webhook_logs where id = $1", id));
    }

    [Fact]
    public async Task IC_22_Service_replays_a_webhook()
    {
        var id = await service.ScalarAsync<Guid>(Receive, "evt_3");
        await service.ExecuteAsync("select hedgerow.claim_webhook($1)", id);
        await service.RefusedAsync("PT409", "select public.replay_webhook($1)", id);
        await service.ExecuteAsync("select hedgerow.finish_webhook($1)", id);

        Assert.Equal("received", await service.ScalarAsync<string>("select status from public.replay_webhook($1)", id));
        await service.ExecuteAsync("select hedgerow.claim_webhook($1)", id);
        Assert.Equal("processed", await service.ScalarAsync<string>("select status from hedgerow.finish_webhook($1, '{}')", id));
    }

    [Fact]
    public async Task IC_22_Clients_neither_see_nor_replay_webhooks()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await service.ScalarAsync<Guid>(Receive, "evt_4");
        await workspace.Owner.RefusedAsync("42501", "select * from public.webhook_logs");
        await workspace.Owner.RefusedAsync("42501", "select public.replay_webhook($1)", id);
    }
}
