using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Sessions that end by rules of the configuration.</summary>
public sealed class SessionRuleTests
{
    // Far more than a slow machine takes for the whole test.
    private const string AnHour = "3600";

    private static Task<Answer> RefreshAsync(TestPlatform platform, TestUser user) =>
        platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = user.RefreshToken });

    private static async Task<TestUser> SignInAsync(TestPlatform platform, TestUser user) => TestUser.From(
        (await platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = user.Email, password = "correct horse" })).Json, platform);

    private static Task AgeAsync(TestPlatform platform, TestUser user, int seconds) => platform.Database.ExecuteAsync("""
        update auth.sessions set created_at = created_at - make_interval(secs => $2), refreshed_at = refreshed_at - make_interval(secs => $2) where user_id = $1
        """, user.Id, (double)seconds);

    [Fact]
    public async Task A_time_box_ends_a_session_however_often_it_was_refreshed()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:SessionTimebox", AnHour));
        var user = await platform.SignUpAsync();
        await platform.Database.ExecuteAsync("update auth.sessions set refreshed_at = now() at time zone 'utc', created_at = created_at - interval '3000 s' where user_id = $1", user.Id);
        Assert.Equal(200, (await RefreshAsync(platform, user)).Status);

        await AgeAsync(platform, user, 601);

        var late = await RefreshAsync(platform, user);
        Assert.Equal((400, "session_expired", "Invalid Refresh Token: Session Expired"), (late.Status, late.ErrorCode, late["msg"]));
    }

    [Fact]
    public async Task Inactivity_ends_a_session_and_a_refresh_keeps_it()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:SessionInactivityTimeout", AnHour), ("Auth:RefreshTokenReuseInterval", "1000"));
        var user = await platform.SignUpAsync();
        await AgeAsync(platform, user, 3000);
        Assert.Equal(200, (await RefreshAsync(platform, user)).Status);
        await AgeAsync(platform, user, 3000);
        Assert.Equal(200, (await RefreshAsync(platform, user)).Status);

        await AgeAsync(platform, user, 3601);

        var late = await RefreshAsync(platform, user);
        Assert.Equal((400, "session_expired", "Invalid Refresh Token: Session Expired (Inactivity)"), (late.Status, late.ErrorCode, late["msg"]));
    }

    [Fact]
    public async Task Whoever_has_a_second_factor_must_prove_it_in_time()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:SessionAllowLowAal", AnHour), ("Encryption:PrivateKey", "what encrypts in these tests"));
        var user = await platform.SignUpAsync();
        await AgeAsync(platform, user, 3601);
        Assert.Equal(200, (await RefreshAsync(platform, user)).Status);
        var app = await user.AppAsync();
        var raised = await user.RaiseAsync(app, platform);
        var other = await SignInAsync(platform, user);

        await AgeAsync(platform, user, 3601);

        var late = await RefreshAsync(platform, other);
        Assert.Equal((400, "session_expired", "Invalid Refresh Token: Session Expired (Low AAL: User Needs MFA Verification)"), (late.Status, late.ErrorCode, late["msg"]));
        Assert.Equal(200, (await RefreshAsync(platform, raised)).Status);
    }

    [Fact]
    public async Task A_new_sign_in_ends_the_others_where_one_session_is_allowed()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:SingleSessionPerUser", "true"));
        var first = await platform.SignUpAsync();
        var stranger = await platform.SignUpAsync();

        var second = await SignInAsync(platform, first);

        Assert.Equal("refresh_token_not_found", (await RefreshAsync(platform, first)).ErrorCode);
        Assert.Equal(200, (await RefreshAsync(platform, second)).Status);
        Assert.Equal(200, (await RefreshAsync(platform, stranger)).Status);
    }

    [Fact]
    public async Task With_tags_one_session_of_each_tag_is_allowed()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:SingleSessionPerUser", "true"), ("Auth:SessionTags", "web, phone"));
        var phone = await platform.SignUpAsync();
        await platform.Database.ExecuteAsync("update auth.sessions set tag = 'phone' where user_id = $1", phone.Id);

        var web = await SignInAsync(platform, phone);
        var newerWeb = await SignInAsync(platform, phone);

        Assert.Equal(200, (await RefreshAsync(platform, phone)).Status);
        Assert.Equal("refresh_token_not_found", (await RefreshAsync(platform, web)).ErrorCode);
        Assert.Equal(200, (await RefreshAsync(platform, newerWeb)).Status);
    }

    [Fact]
    public async Task A_banned_person_refreshes_nothing_and_loses_nothing()
    {
        await using var platform = await TestPlatform.StartAsync();
        var user = await platform.SignUpAsync();
        await platform.Database.ExecuteAsync("update auth.users set banned_until = now() + interval '1 hour' where id = $1", user.Id);

        var banned = await RefreshAsync(platform, user);
        Assert.Equal((400, "user_banned", "Invalid Refresh Token: User Banned"), (banned.Status, banned.ErrorCode, banned["msg"]));

        await platform.Database.ExecuteAsync("update auth.users set banned_until = null where id = $1", user.Id);
        Assert.Equal(200, (await RefreshAsync(platform, user)).Status);
    }

    [Fact]
    public async Task Refreshes_sign_outs_and_password_changes_at_once_wait_for_nobody_in_a_circle()
    {
        await using var platform = await TestPlatform.StartAsync();
        var user = await platform.SignUpAsync();
        for (var round = 0; round < 4; round++)
        {
            var people = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SignInAsync(platform, user)));
            var password = round % 2 == 0 ? "battery staple" : "correct horse";

            var answers = await Task.WhenAll(people.SelectMany((one, i) => new[]
            {
                RefreshAsync(platform, one),
                one.Http.SendAsync("POST", $"/auth/v1/logout?scope={(i % 2 == 0 ? "others" : "global")}"),
                one.Http.SendAsync("PUT", "/auth/v1/user", new { password }),
                platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.Id}", new { password }),
                SignInAnswerAsync(platform, user),
            }));

            Assert.DoesNotContain(answers, answer => answer.Status >= 500);
            await platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.Id}", new { password = "correct horse" });
        }
    }

    private static Task<Answer> SignInAnswerAsync(TestPlatform platform, TestUser user) =>
        platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = user.Email, password = "correct horse" });
}
