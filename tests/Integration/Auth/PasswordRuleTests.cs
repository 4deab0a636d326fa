using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class PasswordRuleTests : IAsyncLifetime
{
    private TestPlatform _platform = null!;

    public async Task InitializeAsync() => _platform = await TestPlatform.StartAsync(
        ("Auth:PasswordMinLength", "8"), ("Auth:PasswordRequiredCharacters", @"abcdefghijklmnopqrstuvwxyz:0123456789:!\:"));

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    private Task<Answer> SignUpAsync(string password) =>
        _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email = $"{Guid.NewGuid():N}@example.test", password });

    [Theory]
    [InlineData("ab1!", "length", "Password should be at least 8 characters.")]
    [InlineData("abcdefgh", "characters", "Password should contain at least one character of each: abcdefghijklmnopqrstuvwxyz, 0123456789, !:.")]
    [InlineData("ABC", "length,characters",
        "Password should be at least 8 characters. Password should contain at least one character of each: abcdefghijklmnopqrstuvwxyz, 0123456789, !:.")]
    public async Task A_weak_password_is_told_everything_it_lacks(string password, string reasons, string message)
    {
        var answer = await SignUpAsync(password);

        Assert.Equal((422, "weak_password", message), (answer.Status, answer.ErrorCode, answer["msg"]));
        Assert.Equal(reasons.Split(','), answer.Json.GetProperty("weak_password").GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
    }

    [Theory]
    [InlineData("abcdefg1!")]
    [InlineData("abcdefg1:")]
    public async Task One_of_each_is_enough(string password) => Assert.Equal(200, (await SignUpAsync(password)).Status);

    [Fact]
    public async Task What_bcrypt_would_not_read_is_refused_to_the_byte()
    {
        Assert.Equal(200, (await SignUpAsync("a1!" + new string('ä', 34))).Status); // 71 bytes
        Assert.Equal(200, (await SignUpAsync("a1!!" + new string('ä', 34))).Status); // 72
        var answer = await SignUpAsync("a1!!!" + new string('ä', 34)); // 73
        Assert.Equal((400, "validation_failed", "Password cannot be longer than 72 characters"), (answer.Status, answer.ErrorCode, answer["msg"]));
    }

    [Fact]
    public async Task A_password_from_before_the_rules_signs_in_and_is_told_what_it_lacks()
    {
        var hash = await _platform.Database.ScalarAsync<string>("select extensions.crypt('old horse', extensions.gen_salt('bf', 4))");
        await _platform.Service.SendAsync("POST", "/auth/v1/admin/users", new { email = "old@example.test", password_hash = hash, email_confirm = true });

        var answer = await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = "old@example.test", password = "old horse" });

        Assert.Equal(200, answer.Status);
        Assert.Equal("characters", answer.Json.GetProperty("weak_password").GetProperty("reasons")[0].GetString());
    }

    [Fact]
    public async Task An_anonymous_user_gets_no_password_without_an_address()
    {
        var anonymous = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        using var client = _platform.Client(anonymous["access_token"]);

        var refused = await client.SendAsync("PUT", "/auth/v1/user", new { password = "abcdefg1!" });
        Assert.Equal((422, "validation_failed"), (refused.Status, refused.ErrorCode));

        var converted = await client.SendAsync("PUT", "/auth/v1/user", new { email = "known@example.test", password = "abcdefg1!" });
        Assert.False(converted.Json.GetProperty("is_anonymous").GetBoolean());
        Assert.Equal(200, (await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = "known@example.test", password = "abcdefg1!" })).Status);
    }

    [Fact]
    public async Task An_address_that_nobody_has_proved_makes_no_permanent_user()
    {
        var anonymous = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        var id = anonymous.Json.GetProperty("user").GetProperty("id").GetString();

        var unproved = await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{id}", new { email = "unproved@example.test" });
        Assert.True(unproved.Json.GetProperty("is_anonymous").GetBoolean());

        var proved = await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{id}", new { email = "proved@example.test", email_confirm = true });
        Assert.False(proved.Json.GetProperty("is_anonymous").GetBoolean());
    }
}
