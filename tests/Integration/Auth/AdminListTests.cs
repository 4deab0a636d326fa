using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>The lists that the service role reads: users and the audit log.</summary>
public sealed class AdminListTests : IAsyncLifetime
{
    private TestPlatform _platform = null!;

    public async Task InitializeAsync() => _platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    private Task<Answer> GetAsync(string path) => _platform.Service.SendAsync("GET", $"/auth/v1/admin/{path}");

    private static IEnumerable<string?> Emails(Answer answer) => answer.Json.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("email").GetString());

    private async Task MakeAsync(params string[] names)
    {
        foreach (var name in names)
            Assert.Equal(200, (await _platform.Service.SendAsync("POST", "/auth/v1/admin/users",
                new { email = $"{name}@example.test", user_metadata = new { full_name = $"{name} 100%_" } })).Status);
    }

    [Fact]
    public async Task Users_come_in_pages_that_lead_to_each_other()
    {
        await MakeAsync("a", "b", "c");

        var first = await GetAsync("users?page=1&per_page=2");
        var second = await GetAsync("users?page=2&per_page=2");

        Assert.Equal(["c@example.test", "b@example.test"], Emails(first));
        Assert.Equal(["a@example.test"], Emails(second));
        Assert.Equal(("3", "</admin/users?page=2&per_page=2>; rel=\"next\", </admin/users?page=2&per_page=2>; rel=\"last\""), (first.Header("X-Total-Count"), first.Header("Link")));
        Assert.Equal("</admin/users?page=2&per_page=2>; rel=\"last\"", second.Header("Link"));
        Assert.Equal("authenticated", first["aud"]);
    }

    [Fact]
    public async Task Users_are_filtered_and_sorted_by_what_the_request_names()
    {
        await MakeAsync("ada", "grace");

        Assert.Equal(["ada@example.test"], Emails(await GetAsync("users?filter=ADA")));
        Assert.Equal(2, Emails(await GetAsync("users?filter=100%25_")).Count());
        Assert.Empty(Emails(await GetAsync("users?filter=a%25a")));
        Assert.Equal(["ada@example.test", "grace@example.test"], Emails(await GetAsync("users?sort=created_at%20asc")));
        Assert.Equal(["grace@example.test", "ada@example.test"], Emails(await GetAsync("users?sort=email")));
        foreach (var sort in new[] { "encrypted_password", "email;drop table auth.users", "email sideways", "," })
            Assert.Equal((400, "validation_failed"), (await GetAsync($"users?sort={Uri.EscapeDataString(sort)}")) is var answer ? (answer.Status, answer.ErrorCode) : default);
    }

    [Fact]
    public async Task The_audit_log_tells_newest_first_and_is_narrowed()
    {
        var user = await _platform.SignUpAsync("watched@example.test");
        await user.Http.SendAsync("POST", "/auth/v1/logout");

        var all = await GetAsync("audit");
        var actions = all.Json.EnumerateArray().Select(entry => entry.GetProperty("payload").GetProperty("action").GetString());
        Assert.Equal(["logout", "user_signedup", "login"], actions.OrderBy(action => action == "logout" ? 0 : action == "user_signedup" ? 1 : 2));
        Assert.Equal("logout", all.Json[0].GetProperty("payload").GetProperty("action").GetString());
        Assert.Equal("127.0.0.1", all.Json[0].GetProperty("ip_address").GetString());
        Assert.Equal("3", all.Header("X-Total-Count"));

        Assert.Equal(1, (await GetAsync("audit?query=action:logout")).Json.GetArrayLength());
        Assert.Equal(3, (await GetAsync("audit?query=author:WATCHED")).Json.GetArrayLength());
        Assert.Equal(0, (await GetAsync("audit?query=author:%25%25%25%25nobody")).Json.GetArrayLength());
        Assert.Equal(1, (await GetAsync("audit?query=type:team")).Json.GetArrayLength());
        var page = await GetAsync("audit?page=2&per_page=2");
        Assert.Equal((1, "</admin/audit?page=2&per_page=2>; rel=\"last\""), (page.Json.GetArrayLength(), page.Header("Link")));
    }

    [Theory]
    [InlineData("audit?query=secret:x")]
    [InlineData("audit?query=action")]
    [InlineData("audit?page=0")]
    [InlineData("audit?per_page=-1")]
    public async Task What_makes_no_sense_is_refused(string path) =>
        Assert.Equal((400, "validation_failed"), (await GetAsync(path)) is var answer ? (answer.Status, answer.ErrorCode) : default);

    [Fact]
    public async Task Nobody_else_reads_the_audit_log()
    {
        var user = await _platform.SignUpAsync();
        using var nobody = _platform.Client(null);

        Assert.Equal(403, (await user.Http.SendAsync("GET", "/auth/v1/admin/audit")).Status);
        Assert.Equal(403, (await _platform.Anonymous.SendAsync("GET", "/auth/v1/admin/audit")).Status);
        Assert.Equal(401, (await nobody.SendAsync("GET", "/auth/v1/admin/audit")).Status);
    }
}
