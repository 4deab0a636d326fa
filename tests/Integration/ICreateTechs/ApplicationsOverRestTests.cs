using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>What the database decides, as a client of the REST API meets it.</summary>
public sealed class ApplicationsOverRestTests : IAsyncLifetime
{
    private TestPlatform platform = null!;
    private TestUser owner = null!;
    private Guid workspace;
    private Guid project;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync(("Encryption:PrivateKey", TestKey.Private));
        await platform.Database.ExecuteAsync("insert into hedgerow.encryption_keys (public_key) values ($1)", TestKey.Public);
        owner = await platform.SignUpAsync();
        workspace = await AddAsync(owner, "workspaces", new { name = "Orchard", slug = "orchard" });
        project = await AddAsync(owner, "projects", new { workspace_id = workspace, name = "Press", slug = "press" });
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    public async Task IC_09_The_project_over_the_limit_is_answered_with_402_and_a_hint()
    {
        using var many = await owner.Http.PostAsJsonAsync("/rest/v1/projects",
            Enumerable.Range(1, 10).Select(n => new { workspace_id = workspace, name = "P", slug = $"p{n}" }));
        Assert.Equal(HttpStatusCode.PaymentRequired, many.StatusCode);
        var error = await many.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("PT402", error.GetProperty("code").GetString());
        Assert.Contains("allows 10 projects", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(JsonValueKind.Null, error.GetProperty("hint").ValueKind);
    }

    [Fact]
    public async Task IC_11_An_illegal_move_is_answered_with_409_that_names_both_states()
    {
        var job = await AddAsync(owner, "ai_jobs", new { project_id = project, job_type = "chat", input = new { } });
        using var refused = await platform.Service.PatchAsJsonAsync($"/rest/v1/ai_jobs?id=eq.{job}", new { status = "completed" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var error = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains("from \"pending\" to \"completed\"", error.GetProperty("message").GetString(), StringComparison.Ordinal);

        using var canceled = await owner.Http.PatchAsJsonAsync($"/rest/v1/ai_jobs?id=eq.{job}", new { status = "canceled" });
        Assert.Equal(HttpStatusCode.NoContent, canceled.StatusCode);
    }

    [Fact]
    public async Task IC_20_A_visitor_logs_an_event()
    {
        using var logged = await platform.Anonymous.PostAsJsonAsync("/rest/v1/rpc/log_event", new { event_name = "visited", event_category = "page" });
        Assert.Equal(HttpStatusCode.OK, logged.StatusCode);
        Assert.NotEqual(Guid.Empty, await logged.Content.ReadFromJsonAsync<Guid>());
    }

    [Fact]
    public async Task IC_24_A_variable_is_written_in_clear_and_revealed_only_when_it_is_not_secret()
    {
        var open = await AddAsync(owner, "environment_variables",
            new { project_id = project, key = "API_URL", value_encrypted = "https://example.com", environment = "all", is_secret = false });
        var secret = await AddAsync(owner, "environment_variables",
            new { project_id = project, key = "TOKEN", value_encrypted = "hush-hush", environment = "all" });

        var rows = await owner.Http.GetStringAsync("/rest/v1/environment_variables");
        Assert.DoesNotContain("https://example.com", rows, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", rows, StringComparison.Ordinal);

        using var revealed = await owner.Http.PostAsJsonAsync("/rest/v1/rpc/reveal_environment_variable", new { variable_id = open });
        Assert.Equal("https://example.com", await revealed.Content.ReadFromJsonAsync<string>());
        using var hidden = await owner.Http.PostAsJsonAsync("/rest/v1/rpc/reveal_environment_variable", new { variable_id = secret });
        Assert.Equal(HttpStatusCode.Forbidden, hidden.StatusCode);

        using var environment = await platform.Service.PostAsJsonAsync("/rest/v1/rpc/environment_of", new { project_id = project, environment = "production" });
        Assert.Contains("hush-hush", await environment.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<Guid> AddAsync(TestUser user, string table, object row)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/rest/v1/{table}?select=id") { Content = JsonContent.Create(row) };
        request.Headers.Add("Prefer", "return=representation");
        using var response = await user.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var rows = await response.Content.ReadFromJsonAsync<JsonElement>();
        return rows[0].GetProperty("id").GetGuid();
    }
}
