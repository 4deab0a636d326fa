using System.Globalization;
using System.Text.Json;
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
            var target = new Uri($"{client.BaseAddress!.GetLeftPart(UriPartial.Authority)}/rest/v1{request.Target}",
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using var message = new HttpRequestMessage(new HttpMethod(request.Method), target);
            if (request.Body is not null) message.Content = new StringContent(request.Body);
            foreach (var (name, value) in request.Headers)
            {
                if (name == "Content-Type") message.Content!.Headers.ContentType = null;
                if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            using var answer = await client.SendAsync(message);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.False(body.Contains(Secret, StringComparison.Ordinal), $"{request} read another's row");
            Assert.True((int)answer.StatusCode < 500 || IsDocumented(body), $"seed {seed}, request {i}: {(int)answer.StatusCode} {body} for {request} with {string.Join("; ", request.Headers)}");
        }
    }

    /// <summary>SQLSTATE classes that PostgREST answers with 5xx and that a caller can bring about: too complex, cancelled, infinite recursion.</summary>
    private static bool IsDocumented(string body)
    {
        if (body.Length == 0) return false;
        var code = JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!;
        return code is "42P17" || code.StartsWith("54", StringComparison.Ordinal) || code.StartsWith("57", StringComparison.Ordinal);
    }

    private static Task<string?> FingerprintAsync(TestPlatform platform, Guid victim) => platform.Database.ScalarAsync<string>(
        "select md5(u::text) from public.users u where id = $1", victim);
}
