using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class MfaSettingsTests
{
    [Fact]
    public async Task Guessing_is_stopped_and_the_limit_is_the_accounts_own()
    {
        await using var platform = await TestPlatform.StartAsync(
            ("Encryption:PrivateKey", "what encrypts in these tests"), ("Auth:Mfa:DailyAttempts", "3"));
        await platform.Database.HoldRateClockAsync();
        var (user, other) = (await platform.SignUpAsync(), await platform.SignUpAsync());
        var app = await user.AppAsync();
        var challenge = await user.ChallengeAsync(app.Factor);
        for (var guess = 0; guess < 3; guess++)
            Assert.Equal(422, (await user.AnswerAsync(app.Factor, challenge, app.WrongCode())).Status);

        var refused = await user.AnswerAsync(app.Factor, challenge, app.NextCode());

        Assert.Equal((429, "over_request_rate_limit"), (refused.Status, refused.ErrorCode));
        Assert.Equal("aal2", (await other.RaiseAsync(await other.AppAsync(), platform)).Claims().GetProperty("aal").GetString());
    }

    [Fact]
    public async Task Without_a_key_to_encrypt_with_nobody_enrols()
    {
        await using var platform = await TestPlatform.StartAsync();

        var answer = await (await platform.SignUpAsync()).EnrolAsync();

        Assert.Equal((422, "mfa_totp_enroll_not_enabled"), (answer.Status, answer.ErrorCode));
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("")]
    public async Task A_factor_that_another_key_has_sealed_is_refused_and_stays(string key)
    {
        await using var database = await TestDatabase.CreateAsync();
        var (email, app) = ("", default(Authenticator)!);
        await using (var before = await TestPlatform.StartOnAsync(database, ("Encryption:PrivateKey", "what encrypts in these tests")))
        {
            var person = await before.SignUpAsync();
            (email, app) = (person.Email, await person.AppAsync());
            await person.RaiseAsync(app, before);
        }
        await using var platform = key.Length == 0
            ? await TestPlatform.StartOnAsync(database)
            : await TestPlatform.StartOnAsync(database, ("Encryption:PrivateKey", key));
        var signedIn = await platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email, password = "correct horse" });
        var user = TestUser.From(signedIn.Json, platform);

        var refused = await user.ChallengeAndAnswerAsync(app.Factor, app.NextCode());

        Assert.Equal((422, "mfa_verification_failed"), (refused.Status, refused.ErrorCode));
        Assert.Contains("cannot be read any more", refused["msg"], StringComparison.Ordinal);
        Assert.Equal("verified", await database.ScalarAsync<string>("select status::text from auth.mfa_factors where id = $1", app.Factor));
        Assert.Equal("aal1", await database.ScalarAsync<string>("select aal::text from auth.sessions where id = $1", user.Claims().GetProperty("session_id").GetGuid()));
        Assert.Equal(200, (await platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{user.Id}/factors/{app.Factor}")).Status);
    }
}
