using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Gateway;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_request_in_flight_is_finished_and_no_new_one_is_taken()
    {
        await using var platform = await TestPlatform.StartAsync();
        await using var blocker = await platform.Database.OpenAdminAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var locking = blocker.CreateCommand())
        {
            locking.CommandText = "lock table auth.users in exclusive mode";
            await locking.ExecuteNonQueryAsync();
        }
        var inFlight = platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email = "late@example.test", password = "correct horse" });
        while (!await platform.Database.ScalarAsync<bool>(
            "select exists (select from pg_stat_activity where datname = current_database() and application_name = 'hedgerow-auth' and wait_event_type = 'Lock')"))
            await Task.Yield();

        var stopping = platform.StopAsync();
        await RefusesConnectionsAsync(platform.Url);
        await transaction.RollbackAsync();

        Assert.Equal(200, (await inFlight).Status);
        await stopping;
    }

    private static async Task RefusesConnectionsAsync(Uri url)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                using var client = new HttpClient { BaseAddress = url };
                using var response = await client.GetAsync("/health/live", patience.Token);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }
}
