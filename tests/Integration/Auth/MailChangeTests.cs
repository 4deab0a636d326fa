using Hedgerow.Tests.Integration.Support;
using static Hedgerow.Tests.Integration.Auth.MailSteps;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Another address, another password: what the person must prove for it.</summary>
public sealed class MailChangeTests(MailPlatform shared) : IClassFixture<MailPlatform>
{
    private const string Reauthenticate = "/auth/v1/reauthenticate";

    private readonly TestPlatform _platform = shared.Platform;

    private static Task<Answer> UpdateAsync(TestUser user, object body) => user.Http.SendAsync("PUT", "/auth/v1/user", body);

    private static async Task<string?> EmailAsync(TestUser user) => (await user.Http.SendAsync("GET", "/auth/v1/user"))["email"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_changes_once_both_mailboxes_have_confirmed_in_either_order(bool presentFirst)
    {
        var user = await _platform.ConfirmedAsync();
        var wanted = Fresh("new");
        var asked = await UpdateAsync(user, new { email = wanted });
        Assert.Equal((user.Email, wanted), (asked["email"], asked["new_email"]));

        var mails = new List<ReadMail> { await _platform.MailAsync(user.Email, "email_change"), await _platform.MailAsync(wanted, "email_change") };
        if (!presentFirst) mails.Reverse();
        Assert.StartsWith("Confirmation link accepted", (await _platform.ClickAsync(mails[0].Link!)).Fragment()["message"], StringComparison.Ordinal);
        Assert.Equal(user.Email, await EmailAsync(user));
        Assert.Equal("otp_expired", (await _platform.ClickAsync(mails[0].Link!)).Fragment()["error_code"]);

        var done = await _platform.VerifyAsync(new { type = "email_change", email = mails[1].To, token = mails[1].Code });
        Assert.Equal(wanted, done.Json.GetProperty("user").GetProperty("email").GetString());
        Assert.Equal(200, (await _platform.SignInAsync(wanted)).Status);
        Assert.Equal("invalid_credentials", (await _platform.SignInAsync(user.Email)).ErrorCode);
    }

    [Fact]
    public async Task Letting_the_present_addresss_mail_expire_is_no_consent()
    {
        var user = await _platform.ConfirmedAsync();
        var wanted = Fresh("thief");
        await UpdateAsync(user, new { email = wanted });
        await _platform.Database.ExecuteAsync(
            "update auth.one_time_tokens set created_at = created_at - interval '61 minutes' where user_id = $1 and token_type = 'email_change_token_current'", user.Id);

        await _platform.ClickAsync((await _platform.MailAsync(wanted, "email_change")).Link!);

        Assert.Equal(user.Email, await EmailAsync(user));
    }

    [Fact]
    public async Task A_second_wish_voids_the_first()
    {
        var user = await _platform.ConfirmedAsync();
        var (first, second) = (Fresh("first"), Fresh("second"));
        await UpdateAsync(user, new { email = first });
        var old = await _platform.MailAsync(first, "email_change");
        await UpdateAsync(user, new { email = second });

        Assert.Equal("otp_expired", (await _platform.ClickAsync(old.Link!)).Fragment()["error_code"]);
        await _platform.ClickAsync((await _platform.MailAsync(user.Email, "email_change")).Link!);
        await _platform.ClickAsync((await _platform.MailAsync(second, "email_change")).Link!);
        Assert.Equal(second, await EmailAsync(user));
    }

    [Fact]
    public async Task Both_mails_are_sent_again_on_request()
    {
        var user = await _platform.ConfirmedAsync();
        var wanted = Fresh("new");
        await UpdateAsync(user, new { email = wanted });
        Assert.Equal(200, (await _platform.AskAsync("resend", new { type = "email_change", email = user.Email })).Status);

        Assert.Equal(2, (await _platform.MailsAsync(wanted)).Count);
        await _platform.ClickAsync((await _platform.MailAsync(user.Email, "email_change")).Link!);
        await _platform.ClickAsync((await _platform.MailAsync(wanted, "email_change")).Link!);
        Assert.Equal(wanted, await EmailAsync(user));
    }

    [Fact]
    public async Task Of_two_who_want_one_address_the_first_to_confirm_gets_it()
    {
        var (one, other) = (await _platform.ConfirmedAsync(), await _platform.ConfirmedAsync());
        var wanted = Fresh("wanted");
        await UpdateAsync(one, new { email = wanted });
        var ofOne = await _platform.MailAsync(wanted, "email_change");
        await UpdateAsync(other, new { email = wanted });
        var ofOther = await _platform.MailAsync(wanted, "email_change");
        await _platform.ClickAsync((await _platform.MailAsync(one.Email, "email_change")).Link!);
        await _platform.ClickAsync((await _platform.MailAsync(other.Email, "email_change")).Link!);

        var targets = await Task.WhenAll(_platform.ClickAsync(ofOne.Link!), _platform.ClickAsync(ofOther.Link!));

        Assert.Single(targets, target => target.Fragment()["access_token"] is not null);
        Assert.Equal(1, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", wanted));
        Assert.Equal("email_exists", (await UpdateAsync(await _platform.ConfirmedAsync(), new { email = wanted })).ErrorCode);
    }

    [Fact]
    public async Task An_anonymous_user_who_names_an_address_stays_anonymous_until_it_is_confirmed()
    {
        var anonymous = await _platform.AskAsync("signup", new { });
        using var http = _platform.Client(anonymous["access_token"]);
        var email = Fresh("named");
        Assert.True((await http.SendAsync("PUT", "/auth/v1/user", new { email })).Json.GetProperty("is_anonymous").GetBoolean());

        var target = await _platform.ClickAsync((await _platform.MailAsync(email, "email_change")).Link!);

        using var named = _platform.Client(target.Fragment()["access_token"]);
        var user = await named.SendAsync("GET", "/auth/v1/user");
        Assert.Equal((email, false), (user["email"], user.Json.GetProperty("is_anonymous").GetBoolean()));
    }

    [Fact]
    public async Task Where_the_present_address_is_not_asked_the_new_one_decides_alone()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:Mail:DevInbox", "true"), ("Auth:Mail:SecureEmailChange", "false"));
        var user = await platform.SignUpAsync();
        var wanted = Fresh("new");
        await UpdateAsync(user, new { email = wanted });
        Assert.Empty(await platform.MailsAsync(user.Email));

        await platform.ClickAsync((await platform.MailAsync(wanted, "email_change")).Link!);

        Assert.Equal(wanted, await EmailAsync(user));
    }

    [Fact]
    public async Task Whoever_signed_in_long_ago_changes_the_password_with_a_code_once()
    {
        await using var platform = await TestPlatform.StartAsync(
            ("Auth:Mail:DevInbox", "true"), ("Auth:UpdatePasswordRequireReauthentication", "true"), ("Auth:Mail:MaxFrequency", "0"));
        var (user, other) = (await platform.SignUpAsync(), await platform.SignUpAsync());
        Assert.Equal(200, (await UpdateAsync(user, new { password = "while it is young" })).Status);
        await platform.Database.ExecuteAsync("update auth.sessions set created_at = created_at - interval '25 hours'");

        Assert.Equal((400, "reauthentication_needed"), await UpdateAsync(user, new { password = "battery staple" }) is var without ? (without.Status, without.ErrorCode) : default);
        await user.Http.SendAsync("GET", Reauthenticate);
        await other.Http.SendAsync("POST", Reauthenticate);
        var (mine, theirs) = (await platform.MailAsync(user.Email, "reauthentication"), await platform.MailAsync(other.Email, "reauthentication"));
        Assert.Contains(mine.Code, mine.Subject, StringComparison.Ordinal);
        Assert.Null(mine.Link);
        Assert.Equal("reauthentication_not_valid", (await UpdateAsync(user, new { password = "battery staple", nonce = theirs.Code })).ErrorCode);
        Assert.Equal("same_password", (await UpdateAsync(user, new { password = "while it is young", nonce = mine.Code })).ErrorCode);

        Assert.Equal(200, (await UpdateAsync(user, new { password = "battery staple", nonce = mine.Code })).Status);

        Assert.Equal("reauthentication_not_valid", (await UpdateAsync(user, new { password = "yet another", nonce = mine.Code })).ErrorCode);
        Assert.Equal(200, (await platform.SignInAsync(user.Email, "battery staple")).Status);
    }

    [Fact]
    public async Task A_reauthentication_code_cannot_be_guessed_for_long_nor_used_elsewhere()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:Mail:DevInbox", "true"), ("Auth:UpdatePasswordRequireReauthentication", "true"));
        await platform.Database.HoldRateClockAsync();
        var user = await platform.SignUpAsync();
        await platform.Database.ExecuteAsync("update auth.sessions set created_at = created_at - interval '25 hours'");
        await user.Http.SendAsync("GET", Reauthenticate);
        var mail = await platform.MailAsync(user.Email, "reauthentication");
        Assert.Equal("otp_expired", (await platform.VerifyAsync(new { type = "email", email = user.Email, token = mail.Code })).ErrorCode);

        var answers = new List<Answer>();
        for (var i = 0; i < 12; i++) answers.Add(await UpdateAsync(user, new { password = "battery staple", nonce = "x" }));

        Assert.Contains(answers, answer => (answer.Status, answer.ErrorCode) == (429, "over_request_rate_limit"));
    }

    [Fact]
    public async Task Reauthentication_is_for_who_is_signed_in_and_has_an_address()
    {
        var user = await _platform.ConfirmedAsync();
        using var forged = _platform.Client(TestPlatform.Forged(user.AccessToken));
        using var nobody = _platform.Client(null);
        using var anonymous = _platform.Client((await _platform.AskAsync("signup", new { }))["access_token"]);

        Assert.Equal("bad_jwt", (await _platform.Anonymous.SendAsync("GET", Reauthenticate)).ErrorCode);
        Assert.Equal("bad_jwt", (await forged.SendAsync("GET", Reauthenticate)).ErrorCode);
        Assert.Equal("no_authorization", (await nobody.SendAsync("GET", Reauthenticate)).ErrorCode);
        Assert.Equal((400, "validation_failed"), await anonymous.SendAsync("GET", Reauthenticate) is var answer ? (answer.Status, answer.ErrorCode) : default);
        Assert.Equal(200, (await user.Http.SendAsync("GET", Reauthenticate)).Status);
    }
}
