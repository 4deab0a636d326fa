using System.Globalization;
using Hedgerow.Tests.Integration.Support;
using Hedgerow.Tests.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>The whole of REST meets requests that mean it harm, from a person who may see nothing of another's.</summary>
public sealed class HostileRequestTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private const string Secret = "nobody else may read this";

    private static readonly string[] Relations = ["users", "workspaces", "workspace_members", "projects", "files", "file_versions", "conversations", "messages", "customers", "api_logs", "nothing"];
    private static readonly string[] Columns = ["id", "name", "email", "full_name", "workspace_id", "project_id", "user_id", "created_at", "metadata", "nothing"];
    private static readonly string[] Functions = ["list_members", "plan_usage", "change_member_role", "deleted_files", "transfer_ownership", "accept_invitation", "nothing"];

    /// <summary>20,000, or what <c>HEDGEROW_FUZZ_REQUESTS</c> says.</summary>
    private static readonly int Requests =
        int.Parse(Environment.GetEnvironmentVariable("HEDGEROW_FUZZ_REQUESTS") ?? "20000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task No_request_breaks_the_server_or_reaches_another_tenants_rows()
    {
        var platform = shared.Platform;
        var victim = await platform.SignUpAsync();
        await platform.Database.ExecuteAsync("update public.users set full_name = $1 where id = $2", Secret, victim.Id);
        var before = await FingerprintAsync(platform, victim.Id);
        var stranger = await platform.SignUpAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => SendAsync(stranger.Http, seed: worker, Requests / 4)));

        Assert.Equal(before, await FingerprintAsync(platform, victim.Id));
        using var alive = await stranger.Http.GetAsync("/rest/v1/workspaces?select=id");
        Assert.True(alive.IsSuccessStatusCode);
    }

    private static async Task SendAsync(HttpClient client, int seed, int count)
    {
        var hostile = new HostileRequests(seed, Relations, Columns, Functions);
        for (var i = 0; i < count; i++)
        {
            var request = hostile.Next();
            using var message = request.ToMessage(new Uri(client.BaseAddress!, "/rest/v1"));
            using var answer = await client.SendAsync(message);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.False(body.Contains(Secret, StringComparison.Ordinal), $"{request} read another's row");
            Assert.True((int)answer.StatusCode < 500 || HostileRequest.IsDocumented(body), $"seed {seed}, request {i}: {(int)answer.StatusCode} {body} for {request} with {string.Join("; ", request.Headers)}");
        }
    }

    private static Task<string?> FingerprintAsync(TestPlatform platform, Guid victim) => platform.Database.ScalarAsync<string>(
        "select md5(u::text) from public.users u where id = $1", victim);
}
