using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class MfaSettingsTests
{
    [Fact]
    public async Task Guessing_is_stopped_and_the_limit_is_the_accounts_own()
    {
        await using var platform = await TestPlatform.StartAsync(
            ("Encryption:PrivateKey", "what encrypts in these tests"), ("Auth:Mfa:DailyAttempts", "3"));
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
}
