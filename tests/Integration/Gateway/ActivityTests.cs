using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Gateway;

public sealed class ActivityTests
{
    [Fact]
    public async Task Every_request_is_logged_without_its_query_by_the_time_the_gateway_has_stopped()
    {
        await using var database = await TestDatabase.CreateAsync();
        Guid user;
        await using (var platform = await TestPlatform.StartOnAsync(database, ("Gateway:ApiLogs:Enabled", "true")))
        {
            var person = await platform.SignUpAsync();
            user = person.Id;
            await person.Http.SendAsync("GET", $"/rest/v1/projects?select=id&name=eq.{platform.AnonKey}", null, ("User-Agent", "hedgerow-tests/1.0"));
        }

        var logged = await database.ScalarAsync<string>(
            "select method || ' ' || endpoint || ' ' || status_code || ' ' || user_agent || ' ' || host(ip_address) from public.api_logs where user_id = $1", user);
        Assert.Equal("GET /rest/v1/projects 200 hedgerow-tests/1.0 127.0.0.1", logged);
        Assert.False(await database.ScalarAsync<bool>("select exists (select from public.api_logs where to_jsonb(api_logs)::text like '%eyJ%')"));
    }

    [Fact]
    public async Task Nothing_is_logged_unless_it_is_asked_for()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var platform = await TestPlatform.StartOnAsync(database))
            await platform.Anonymous.SendAsync("GET", "/rest/v1/projects");

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from public.api_logs"));
    }

    [Fact]
    public async Task A_session_that_is_used_moves_its_last_activity()
    {
        await using var database = await TestDatabase.CreateAsync();
        Guid user;
        await using (var platform = await TestPlatform.StartOnAsync(database))
        {
            var person = await platform.SignUpAsync();
            user = person.Id;
            await database.ExecuteAsync("update public.user_sessions_extended set last_activity_at = now() - interval '1 hour' where user_id = $1", user);
            await person.Http.SendAsync("GET", "/rest/v1/projects");
        }

        Assert.True(await database.ScalarAsync<bool>("select last_activity_at > now() - interval '1 minute' from public.user_sessions_extended where user_id = $1", user));
    }
}
