using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class SessionTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private Task<Answer> RefreshAsync(string token) =>
        _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = token });

    private Task<Answer> SignInAsync(string email, string password = "correct horse") =>
        _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email, password });

    /// <summary>As if the token had been used that long ago.</summary>
    private Task AgeAsync(string token, int seconds) =>
        _platform.Database.ExecuteAsync("update auth.refresh_tokens set updated_at = updated_at - make_interval(secs => $2) where token = $1", token, (double)seconds);

    [Theory]
    [InlineData("wrong horse")]
    [InlineData("")]
    [InlineData("nul\0")]
    public async Task A_wrong_password_and_an_unknown_address_are_answered_alike(string password)
    {
        var user = await _platform.SignUpAsync();

        var wrong = await SignInAsync(user.Email, password);
        var unknown = await SignInAsync("unknown@example.test", password);

        Assert.Equal((400, "invalid_credentials"), (wrong.Status, wrong.ErrorCode));
        Assert.Equal(wrong.Json.ToString(), unknown.Json.ToString());
    }

    [Fact]
    public async Task A_hash_from_another_bcrypt_signs_in_as_it_is()
    {
        var user = await _platform.SignUpAsync();
        await _platform.Database.ExecuteAsync("update auth.users set encrypted_password = replace(encrypted_password, '$2a$', '$2b$') where id = $1", user.Id);

        Assert.Equal(200, (await SignInAsync(user.Email)).Status);
        Assert.Equal("invalid_credentials", (await SignInAsync(user.Email, "wrong horse")).ErrorCode);
    }

    [Fact]
    public async Task An_account_without_a_password_cannot_be_entered_with_one()
    {
        var user = await _platform.SignUpAsync();
        foreach (var none in new[] { "", null, "plain text", "$1$abc$def" })
        {
            await _platform.Database.ExecuteAsync("update auth.users set encrypted_password = $2 where id = $1", user.Id, none);
            Assert.Equal("invalid_credentials", (await SignInAsync(user.Email, none ?? "")).ErrorCode);
        }
    }

    [Fact]
    public async Task A_refresh_gives_the_next_token_and_keeps_the_session()
    {
        var user = await _platform.SignUpAsync();

        var refreshed = await RefreshAsync(user.RefreshToken);

        Assert.Equal(200, refreshed.Status);
        Assert.NotEqual(user.RefreshToken, refreshed["refresh_token"]);
        Assert.Equal(Claim(user.AccessToken, "session_id"), Claim(refreshed["access_token"]!, "session_id"));
        Assert.Equal("password", JsonSerializer.Deserialize<JsonElement>(Claim(refreshed["access_token"]!, "amr"))[0].GetProperty("method").GetString());
    }

    [Fact]
    public async Task What_follows_sessions_hears_of_refreshes_once_a_minute()
    {
        var user = await _platform.SignUpAsync();
        Task<bool> IsAsync(string condition) => _platform.Database.ScalarAsync<bool>($"select {condition} from auth.sessions where user_id = $1", user.Id);

        var token = (await RefreshAsync(user.RefreshToken))["refresh_token"]!;
        Assert.True(await IsAsync("updated_at = created_at and refreshed_at is not null"));
        await _platform.Database.ExecuteAsync("update auth.sessions set updated_at = now() - interval '61 s', refreshed_at = null where user_id = $1", user.Id);
        await RefreshAsync(token);

        Assert.True(await IsAsync("updated_at > now() - interval '60 s' and refreshed_at is not null"));
    }

    [Fact]
    public async Task Parallel_refreshes_with_one_token_arrive_at_one_successor()
    {
        var user = await _platform.SignUpAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefreshAsync(user.RefreshToken)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers.Select(answer => answer["refresh_token"]).Distinct());
    }

    [Fact]
    public async Task A_token_that_comes_again_after_the_grace_kills_its_whole_family()
    {
        var user = await _platform.SignUpAsync();
        var second = (await RefreshAsync(user.RefreshToken))["refresh_token"]!;
        await AgeAsync(user.RefreshToken, 11);

        var reused = await RefreshAsync(user.RefreshToken);

        Assert.Equal((400, "refresh_token_already_used"), (reused.Status, reused.ErrorCode));
        Assert.Equal("refresh_token_not_found", (await RefreshAsync(second)).ErrorCode);
        Assert.Equal((403, "session_not_found"), await StatusOfUserAsync(user));
    }

    [Theory]
    [InlineData("no-such-token", "refresh_token_not_found")]
    [InlineData("", "validation_failed")]
    [InlineData("'; drop table auth.users; --", "refresh_token_not_found")]
    public async Task A_refresh_token_that_is_none_is_refused(string token, string code) => Assert.Equal(code, (await RefreshAsync(token)).ErrorCode);

    [Fact]
    public async Task Signing_out_locally_ends_this_session_only()
    {
        var user = await _platform.SignUpAsync();
        var other = TestUser.From((await SignInAsync(user.Email)).Json, _platform);

        Assert.Equal(204, (await user.Http.SendAsync("POST", "/auth/v1/logout?scope=local")).Status);

        Assert.Equal((403, "session_not_found"), await StatusOfUserAsync(user));
        Assert.Equal((200, null), await StatusOfUserAsync(other));
    }

    [Fact]
    public async Task Signing_out_the_others_leaves_this_session_only()
    {
        var user = await _platform.SignUpAsync();
        var other = TestUser.From((await SignInAsync(user.Email)).Json, _platform);

        await user.Http.SendAsync("POST", "/auth/v1/logout?scope=others");

        Assert.Equal((200, null), await StatusOfUserAsync(user));
        Assert.Equal((403, "session_not_found"), await StatusOfUserAsync(other));
    }

    [Fact]
    public async Task Signing_out_globally_ends_every_session_of_this_user_and_of_nobody_else()
    {
        var user = await _platform.SignUpAsync();
        var other = TestUser.From((await SignInAsync(user.Email)).Json, _platform);
        var stranger = await _platform.SignUpAsync();

        await user.Http.SendAsync("POST", "/auth/v1/logout");

        Assert.Equal((403, "session_not_found"), await StatusOfUserAsync(user));
        Assert.Equal("refresh_token_not_found", (await RefreshAsync(other.RefreshToken)).ErrorCode);
        Assert.Equal((200, null), await StatusOfUserAsync(stranger));
    }

    [Fact]
    public async Task An_unknown_sign_out_scope_is_refused() =>
        Assert.Equal("validation_failed", (await (await _platform.SignUpAsync()).Http.SendAsync("POST", "/auth/v1/logout?scope=universe")).ErrorCode);

    [Fact]
    public async Task A_new_password_ends_the_other_sessions_and_the_old_password()
    {
        var user = await _platform.SignUpAsync();
        var other = TestUser.From((await SignInAsync(user.Email)).Json, _platform);

        Assert.Equal("same_password", (await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "correct horse" })).ErrorCode);
        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" })).Status);

        Assert.Equal((200, null), await StatusOfUserAsync(user));
        Assert.Equal((403, "session_not_found"), await StatusOfUserAsync(other));
        Assert.Equal("invalid_credentials", (await SignInAsync(user.Email)).ErrorCode);
        Assert.Equal(200, (await SignInAsync(user.Email, "battery staple")).Status);
    }

    [Fact]
    public async Task Data_is_merged_and_null_removes()
    {
        var user = await _platform.SignUpAsync();
        await user.Http.SendAsync("PUT", "/auth/v1/user", new { data = new { a = 1, b = 2 } });

        var data = (await user.Http.SendAsync("PUT", "/auth/v1/user", """{"data":{"a":null,"c":{"d":null}}}""")).Json.GetProperty("user_metadata");

        Assert.False(data.TryGetProperty("a", out _));
        Assert.Equal(2, data.GetProperty("b").GetInt32());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("c").GetProperty("d").ValueKind);
    }

    [Fact]
    public async Task Another_users_address_cannot_be_taken()
    {
        var user = await _platform.SignUpAsync();
        var other = await _platform.SignUpAsync();

        Assert.Equal((422, "email_exists"), ((await user.Http.SendAsync("PUT", "/auth/v1/user", new { email = other.Email })) is var answer ? (answer.Status, answer.ErrorCode) : default));
    }

    [Fact]
    public async Task Every_event_is_in_the_audit_log_with_address_and_agent()
    {
        var user = await _platform.SignUpAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/v1/logout");
        request.Headers.UserAgent.ParseAdd("hedgerow-tests/1.0");
        using (await user.Http.SendAsync(request)) { }

        var entry = await _platform.Database.ScalarAsync<string>(
            "select ip_address || ' ' || (payload->>'user_agent') from auth.audit_log_entries where payload->>'actor_id' = $1 and payload->>'action' = 'logout'", user.Id.ToString());
        Assert.Equal("127.0.0.1 hedgerow-tests/1.0", entry);
    }

    private static async Task<(int, string?)> StatusOfUserAsync(TestUser user)
    {
        var answer = await user.Http.SendAsync("GET", "/auth/v1/user");
        return (answer.Status, answer.ErrorCode);
    }

    private static string Claim(string token, string name) =>
        JsonSerializer.Deserialize<JsonElement>(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).GetProperty(name).ToString();
}
