using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Which factors a person may have, who may take them away, and what is left of a session then.</summary>
public sealed class MfaFactorTests(MfaPlatform shared) : IClassFixture<MfaPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private static (int, string?) Refusal(Answer answer) => (answer.Status, answer.ErrorCode);

    [Fact]
    public async Task Two_factors_of_a_person_bear_two_names()
    {
        var user = await _platform.SignUpAsync();
        await user.AppAsync("phone");

        Assert.Equal((422, "mfa_factor_name_conflict"), Refusal(await user.EnrolAsync("phone")));
        Assert.Equal(200, (await user.EnrolAsync("tablet")).Status);
        Assert.Equal(200, (await (await _platform.SignUpAsync()).EnrolAsync("phone")).Status);
    }

    [Fact]
    public async Task A_person_has_ten_factors_at_most_however_many_are_asked_for_at_once()
    {
        var user = await _platform.SignUpAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 14).Select(number => user.EnrolAsync($"phone {number}")));

        Assert.Equal(10, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((422, "too_many_enrolled_mfa_factors"), Refusal(answer)));
    }

    [Fact]
    public async Task A_factor_that_was_begun_and_left_gives_its_name_back()
    {
        var user = await _platform.SignUpAsync();
        await user.AppAsync("phone");
        await _platform.Database.ExecuteAsync("update auth.mfa_factors set created_at = now() - interval '301 seconds' where user_id = $1", user.Id);

        Assert.Equal(200, (await user.EnrolAsync("phone")).Status);
    }

    [Fact]
    public async Task The_first_verified_factor_drops_those_that_were_only_begun()
    {
        var user = await _platform.SignUpAsync();
        await user.AppAsync("begun");
        var app = await user.AppAsync("phone");

        var raised = await user.RaiseAsync(app, _platform);

        var factor = Assert.Single((await raised.Http.SendAsync("GET", "/auth/v1/user")).Json.GetProperty("factors").EnumerateArray());
        Assert.Equal("verified", factor.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Whoever_has_the_password_alone_adds_and_takes_away_no_factor()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var raised = await user.RaiseAsync(app, _platform);
        var below = await raised.SignInAgainAsync(_platform);

        Assert.Equal((403, "insufficient_aal"), Refusal(await below.EnrolAsync("mine")));
        Assert.Equal((422, "insufficient_aal"), Refusal(await below.Http.SendAsync("DELETE", $"/auth/v1/factors/{app.Factor}")));
        Assert.Equal(200, (await raised.EnrolAsync("tablet")).Status);
    }

    [Fact]
    public async Task Whoever_has_the_password_alone_changes_neither_it_nor_the_address()
    {
        var user = await _platform.SignUpAsync();
        await user.AppAsync("begun");
        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" })).Status);
        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "correct horse" })).Status);
        var raised = await user.RaiseAsync(await user.AppAsync(), _platform);
        var below = await raised.SignInAgainAsync(_platform);

        Assert.Equal((401, "insufficient_aal"), Refusal(await below.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" })));
        Assert.Equal((401, "insufficient_aal"), Refusal(await below.Http.SendAsync("PUT", "/auth/v1/user", new { email = "thief@example.test" })));
        Assert.Equal(200, (await below.Http.SendAsync("PUT", "/auth/v1/user", new { email = user.Email, data = new { colour = "green" } })).Status);
        Assert.Equal(200, (await raised.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" })).Status);
    }

    [Fact]
    public async Task An_unverified_factor_goes_without_a_code()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();

        Assert.Equal(app.Factor.ToString(), (await user.Http.SendAsync("DELETE", $"/auth/v1/factors/{app.Factor}"))["id"]);
        Assert.False((await user.Http.SendAsync("GET", "/auth/v1/user")).Json.TryGetProperty("factors", out _));
    }

    [Fact]
    public async Task Without_the_factor_the_session_falls_back()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var raised = await user.RaiseAsync(app, _platform);

        Assert.Equal(200, (await raised.Http.SendAsync("DELETE", $"/auth/v1/factors/{app.Factor}")).Status);

        var refreshed = await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = raised.RefreshToken });
        var claims = TestUser.From(refreshed.Json, _platform).Claims();
        Assert.Equal("aal1", claims.GetProperty("aal").GetString());
        Assert.Equal("password", Assert.Single(claims.GetProperty("amr").EnumerateArray()).GetProperty("method").GetString());
    }

    [Fact]
    public async Task A_token_that_is_older_than_its_factors_end_takes_nothing_away()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var raised = await user.RaiseAsync(app, _platform);
        await _platform.Database.ExecuteAsync("update auth.sessions set aal = 'aal1' where user_id = $1", user.Id);

        Assert.Equal((422, "insufficient_aal"), Refusal(await raised.Http.SendAsync("DELETE", $"/auth/v1/factors/{app.Factor}")));
    }

    [Fact]
    public async Task The_service_role_lists_renames_and_takes_away_factors()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        await user.RaiseAsync(app, _platform);
        var path = $"/auth/v1/admin/users/{user.Id}/factors";

        var listed = Assert.Single((await _platform.Service.SendAsync("GET", path)).Json.EnumerateArray());
        Assert.Equal(("phone", "verified"), (listed.GetProperty("friendly_name").GetString(), listed.GetProperty("status").GetString()));
        Assert.False(listed.TryGetProperty("secret", out _));
        Assert.Equal("lost", (await _platform.Service.SendAsync("PUT", $"{path}/{app.Factor}", new { friendly_name = "lost" }))["friendly_name"]);
        Assert.Equal(app.Factor.ToString(), (await _platform.Service.SendAsync("DELETE", $"{path}/{app.Factor}"))["id"]);

        Assert.Equal(0, (await _platform.Service.SendAsync("GET", path)).Json.GetArrayLength());
        Assert.Equal("aal1", await _platform.Database.ScalarAsync<string>("select aal::text from auth.sessions where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Only_the_service_role_is_an_admin_of_factors_and_only_of_their_owners()
    {
        var (user, other) = (await _platform.SignUpAsync(), await _platform.SignUpAsync());
        var app = await user.AppAsync();

        Assert.Equal((403, "not_admin"), Refusal(await user.Http.SendAsync("GET", $"/auth/v1/admin/users/{user.Id}/factors")));
        Assert.Equal((404, "mfa_factor_not_found"), Refusal(await _platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{other.Id}/factors/{app.Factor}")));
        Assert.Equal((404, "user_not_found"), Refusal(await _platform.Service.SendAsync("GET", $"/auth/v1/admin/users/{Guid.NewGuid()}/factors")));
        Assert.Equal((404, "validation_failed"), Refusal(await _platform.Service.SendAsync("GET", "/auth/v1/admin/users/no-uuid/factors")));
    }

    [Fact]
    public async Task Every_step_is_in_the_audit_log()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        await (await user.RaiseAsync(app, _platform)).Http.SendAsync("DELETE", $"/auth/v1/factors/{app.Factor}");

        Assert.Equal("challenge_created factor_in_progress factor_unenrolled verification_attempted", await _platform.Database.ScalarAsync<string>("""
            select string_agg(payload ->> 'action', ' ' order by payload ->> 'action') from auth.audit_log_entries
            where payload ->> 'log_type' = 'factor' and payload -> 'traits' ->> 'factor_id' = $1
            """, app.Factor.ToString()));
    }
}
