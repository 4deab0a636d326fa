using System.Net;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest.Schema;

/// <summary>A running gateway follows its database.</summary>
public sealed class SchemaReloadTests : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform;

    public SchemaReloadTests(SharedPlatform shared) => _platform = shared.Platform;

    [Fact]
    public async Task A_table_is_served_soon_after_it_is_made()
    {
        await _platform.Database.ExecuteAsync("create table public.made_later (id int primary key); grant select on public.made_later to service_role");
        await UntilAsync("/rest/v1/made_later", HttpStatusCode.OK);
        await _platform.Database.ExecuteAsync("drop table public.made_later");
        await UntilAsync("/rest/v1/made_later", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_what_was_missed_is_read()
    {
        await _platform.Database.UntilAsync("select bool_or(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and query like 'listen %'");
        await _platform.Database.ExecuteAsync("create table public.made_meanwhile (id int primary key); grant select on public.made_meanwhile to service_role");
        await UntilAsync("/rest/v1/made_meanwhile", HttpStatusCode.OK);
    }

    /// <summary>Asks until the answer has this status: the reload is the database's own notification, which nobody waits for.</summary>
    private async Task UntilAsync(string path, HttpStatusCode status)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            using var answer = await _platform.Service.GetAsync(path, patience.Token);
            if (answer.StatusCode == status) return;
        }
    }
}
