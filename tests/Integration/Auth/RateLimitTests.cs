using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>The gateway behind a proxy on this machine, which says who asks; and a second gateway on the same database.</summary>
public sealed class RateLimitTests : IAsyncLifetime
{
    private static readonly (string, string)[] s_settings =
    [
        ("Gateway:TrustedProxies", "127.0.0.1"), ("Auth:RateLimits:Token", "3"), ("Auth:RateLimits:SignUp", "2"), ("Auth:RateLimits:AnonymousUsers", "2"),
        ("Auth:RateLimits:Verify", "2"), ("Auth:RateLimits:Otp", "2"), ("Auth:RateLimits:PasswordsPerAccount", "3"),
    ];

    private TestDatabase _database = null!;
    private TestPlatform _one = null!;
    private TestPlatform _other = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.HoldRateClockAsync();
        _one = await TestPlatform.StartOnAsync(_database, s_settings);
        _other = await TestPlatform.StartOnAsync(_database, s_settings);
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static Task<Answer> FromAsync(TestPlatform platform, string address, string path, object body) =>
        platform.Anonymous.SendAsync("POST", $"/auth/v1/{path}", body, ("X-Forwarded-For", address));

    private static object Someone() => new { email = $"{Guid.NewGuid():N}@example.test", password = "correct horse" };

    [Theory]
    [InlineData("token?grant_type=refresh_token", 3)]
    [InlineData("verify", 2)]
    public async Task An_address_may_ask_so_often_of_all_replicas_together(string path, int allowed)
    {
        var body = new { refresh_token = "none", type = "signup", token_hash = "none" };
        for (var i = 0; i < allowed; i++) Assert.NotEqual(429, (await FromAsync(i % 2 == 0 ? _one : _other, "203.0.113.7", path, body)).Status);

        var refused = await FromAsync(_other, "203.0.113.7", path, body);

        Assert.Equal((429, "over_request_rate_limit"), (refused.Status, refused.ErrorCode));
        Assert.StartsWith("Request rate limit reached", refused["msg"]);
        Assert.NotEqual(429, (await FromAsync(_one, "203.0.113.8", path, body)).Status);
    }

    [Fact]
    public async Task Sign_ups_and_anonymous_sign_ins_are_counted_apart()
    {
        for (var i = 0; i < 2; i++) Assert.Equal(200, (await FromAsync(_one, "203.0.113.9", "signup", Someone())).Status);
        Assert.Equal(429, (await FromAsync(_one, "203.0.113.9", "signup", Someone())).Status);

        for (var i = 0; i < 2; i++) Assert.Equal(200, (await FromAsync(_one, "203.0.113.9", "signup", new { })).Status);
        Assert.Equal(429, (await FromAsync(_other, "203.0.113.9", "signup", new { })).Status);
    }

    [Fact]
    public async Task Of_an_IPv6_address_the_network_counts()
    {
        for (var i = 0; i < 2; i++) Assert.Equal(200, (await FromAsync(_one, $"2001:db8:1:1::{i}", "signup", Someone())).Status);

        Assert.Equal(429, (await FromAsync(_one, "2001:db8:1:1:ffff::1", "signup", Someone())).Status);
        Assert.Equal(200, (await FromAsync(_one, "2001:db8:1:2::1", "signup", Someone())).Status);
    }

    [Fact]
    public async Task An_account_is_tried_so_often_wherever_from_and_whether_or_not_it_exists()
    {
        var user = await _one.SignUpAsync();
        foreach (var email in new[] { user.Email, "nobody@example.test" })
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal("invalid_credentials", (await FromAsync(_one, $"198.51.100.{i}", "token?grant_type=password", new { email, password = "wrong horse" })).ErrorCode);

            Assert.Equal(429, (await FromAsync(_other, "198.51.100.200", "token?grant_type=password", new { email = email.ToUpperInvariant(), password = "correct horse" })).Status);
        }
    }

    [Fact]
    public async Task A_header_of_a_stranger_is_not_believed()
    {
        await using var platform = await TestPlatform.StartOnAsync(_database, [.. s_settings.Skip(1)]);

        for (var i = 0; i < 4; i++) Assert.Equal(200, (await FromAsync(platform, "203.0.113.10", "signup", Someone())).Status);
    }

    [Fact]
    public async Task A_limit_of_nought_is_none()
    {
        await using var platform = await TestPlatform.StartOnAsync(_database, [s_settings[0], ("Auth:RateLimits:SignUp", "0")]);

        for (var i = 0; i < 40; i++) Assert.NotEqual(429, (await FromAsync(platform, "203.0.113.11", "signup", new { email = "x" })).Status);
    }
}
