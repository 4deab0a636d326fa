using System.Security.Cryptography;
using System.Text;
using System.Web;
using Hedgerow.Tests.Integration.Support;
using static Hedgerow.Tests.Integration.Auth.MailSteps;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>What mails can be used for, and what not: recovery, resending, reauthentication, changes of address, PKCE; replayed, late, raced, of others.</summary>
public sealed class MailTokenTests(MailPlatform shared) : IClassFixture<MailPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task Who_forgot_the_password_comes_in_by_mail_and_sets_another()
    {
        var user = await _platform.ConfirmedAsync();
        Assert.Equal("{}", (await _platform.AskAsync("recover", new { email = user.Email })).Json.ToString());

        var target = await _platform.ClickAsync((await _platform.MailAsync(user.Email, "recovery")).Link!);

        Assert.Equal("recovery", target.Fragment()["type"]);
        using var http = _platform.Client(target.Fragment()["access_token"]);
        Assert.Equal(200, (await http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" })).Status);
        Assert.Equal(200, (await _platform.SignInAsync(user.Email, "battery staple")).Status);
    }

    [Fact]
    public async Task A_new_password_voids_what_was_mailed_before()
    {
        var user = await _platform.ConfirmedAsync();
        await _platform.AskAsync("recover", new { email = user.Email });
        var mail = await _platform.MailAsync(user.Email, "recovery");

        await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" });

        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "recovery", token_hash = mail.Hash })).ErrorCode);
    }

    [Theory]
    [InlineData("recover", null)]
    [InlineData("resend", "signup")]
    [InlineData("resend", "email_change")]
    public async Task An_unknown_address_gets_the_same_answer_and_no_mail(string path, string? type)
    {
        var known = await _platform.ConfirmedAsync();
        var unknown = Fresh();

        var first = await _platform.AskAsync(path, new { email = known.Email, type });
        var second = await _platform.AskAsync(path, new { email = unknown, type });

        Assert.Equal((200, "{}"), (first.Status, first.Json.ToString()));
        Assert.Equal((first.Status, first.Json.ToString()), (second.Status, second.Json.ToString()));
        Assert.Empty(await _platform.MailsAsync(unknown));
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", unknown));
    }

    [Fact]
    public async Task A_confirmation_that_is_sent_again_replaces_the_first()
    {
        var email = Fresh();
        await _platform.AskAsync("signup", new { email, password = "correct horse" });
        Assert.Equal(200, (await _platform.AskAsync("resend", new { email, type = "signup" })).Status);

        var mails = await _platform.MailsAsync(email);
        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "signup", token_hash = mails[1].Hash })).ErrorCode);
        Assert.Equal(200, (await _platform.VerifyAsync(new { type = "signup", token_hash = mails[0].Hash })).Status);
        await _platform.AskAsync("resend", new { email, type = "signup" });
        Assert.Equal(2, (await _platform.MailsAsync(email)).Count);
    }

    [Fact]
    public async Task Of_all_who_redeem_one_mail_at_once_by_link_hash_or_code_exactly_one_wins()
    {
        var user = await _platform.ConfirmedAsync();
        await _platform.AskAsync("otp", new { email = user.Email });
        var mail = await _platform.MailAsync(user.Email, "magic_link");

        var redeemed = await Task.WhenAll(Enumerable.Range(0, 9).Select(async i => (i % 3) switch
        {
            0 => (await _platform.VerifyAsync(new { type = "email", email = user.Email, token = mail.Code })).Status == 200,
            1 => (await _platform.VerifyAsync(new { type = "magiclink", token_hash = mail.Hash })).Status == 200,
            _ => (await _platform.ClickAsync(mail.Link!)).Fragment()["access_token"] is not null,
        }));

        Assert.Single(redeemed, won => won);
    }

    [Fact]
    public async Task A_token_dies_with_its_user_and_with_its_time()
    {
        var (deleted, late, banned) = (await _platform.ConfirmedAsync(), await _platform.ConfirmedAsync(), await _platform.ConfirmedAsync());
        foreach (var user in new[] { deleted, late, banned }) await _platform.AskAsync("recover", new { email = user.Email });
        var ofDeleted = await _platform.MailAsync(deleted.Email, "recovery");
        var ofLate = await _platform.MailAsync(late.Email, "recovery");
        var ofBanned = await _platform.MailAsync(banned.Email, "recovery");

        Assert.Equal(200, (await _platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{deleted.Id}")).Status);
        await _platform.Database.ExecuteAsync("update auth.one_time_tokens set created_at = created_at - interval '61 minutes' where user_id = $1", late.Id);
        await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{banned.Id}", new { ban_duration = "1h" });

        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "recovery", token_hash = ofDeleted.Hash })).ErrorCode);
        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "recovery", token_hash = ofLate.Hash })).ErrorCode);
        Assert.Equal("user_banned", (await _platform.VerifyAsync(new { type = "recovery", token_hash = ofBanned.Hash })).ErrorCode);
        Assert.Equal("otp_expired", (await _platform.ClickAsync(ofLate.Link!)).Fragment()["error_code"]);
    }

    [Fact]
    public async Task A_deleted_and_newly_registered_address_does_not_open_to_the_old_mail()
    {
        var email = Fresh();
        var before = await _platform.ConfirmedAsync(email);
        await _platform.AskAsync("recover", new { email });
        var (hash, code) = await _platform.MailAsync(email, "recovery") is var mail ? (mail.Hash, mail.Code) : default;
        Assert.Equal(200, (await _platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{before.Id}", new { should_soft_delete = true })).Status);
        await _platform.ConfirmedAsync(email);

        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "recovery", token_hash = hash })).ErrorCode);
        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "recovery", email, token = code })).ErrorCode);
    }

    [Theory]
    [InlineData("otp", "magic_link")]
    [InlineData("recover", "recovery")]
    [InlineData("signup", "confirmation")]
    public async Task With_a_challenge_the_link_brings_a_code_that_only_its_verifier_redeems_once(string path, string kind)
    {
        var email = path == "signup" ? Fresh() : (await _platform.ConfirmedAsync()).Email;
        var verifier = new string('v', 50);
        var challenge = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Assert.Equal(200, (await _platform.AskAsync(
            path, new { email, password = "correct horse", code_challenge = challenge, code_challenge_method = "s256" }, "http://app.test/in?a=1")).Status);
        var mail = await _platform.MailAsync(email, kind);
        Assert.StartsWith("pkce_", mail.Hash, StringComparison.Ordinal);

        var target = await _platform.ClickAsync(mail.Link!);

        Assert.StartsWith("http://app.test/in?a=1&code=", target.ToString(), StringComparison.Ordinal);
        Assert.Equal("", target.Fragment);
        var code = HttpUtility.ParseQueryString(target.Query)["code"];
        Assert.Equal("bad_code_verifier", (await _platform.AskAsync("token?grant_type=pkce", new { auth_code = code, code_verifier = new string('w', 50) })).ErrorCode);
        var session = await _platform.AskAsync("token?grant_type=pkce", new { auth_code = code, code_verifier = verifier });
        Assert.Equal(email, session.Json.GetProperty("user").GetProperty("email").GetString());
        Assert.Equal("flow_state_not_found", (await _platform.AskAsync("token?grant_type=pkce", new { auth_code = code, code_verifier = verifier })).ErrorCode);
        var again = await _platform.ClickAsync(mail.Link!);
        Assert.Equal("otp_expired", HttpUtility.ParseQueryString(again.Query)["error_code"]);
    }

    [Fact]
    public async Task The_code_of_a_mail_with_a_challenge_signs_in_at_once()
    {
        var user = await _platform.ConfirmedAsync();
        await _platform.AskAsync("otp", new { email = user.Email, code_challenge = new string('c', 43), code_challenge_method = "s256" });

        var answer = await _platform.VerifyAsync(new { type = "email", email = user.Email, token = (await _platform.MailAsync(user.Email, "magic_link")).Code });

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_link_leads_where_the_request_wanted_as_far_as_that_is_allowed()
    {
        var user = await _platform.ConfirmedAsync();
        await _platform.AskAsync("recover", new { email = user.Email }, "https://evil.test/");
        Assert.Equal("http://localhost:3000", HttpUtility.ParseQueryString((await _platform.MailAsync(user.Email, "recovery")).Link!.Query)["redirect_to"]);

        await _platform.Anonymous.SendAsync("POST", "/auth/v1/recover", new { email = user.Email }, ("redirect_to", "http://app.test/from/header"));
        Assert.Equal("http://app.test/from/header", HttpUtility.ParseQueryString((await _platform.MailAsync(user.Email, "recovery")).Link!.Query)["redirect_to"]);

        await _platform.Anonymous.SendAsync("POST", "/auth/v1/recover", new { email = user.Email }, ("Referer", "http://app.test/page"));
        Assert.Equal("http://app.test/page", HttpUtility.ParseQueryString((await _platform.MailAsync(user.Email, "recovery")).Link!.Query)["redirect_to"]);
    }

    [Theory]
    [InlineData("otp", """{}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"nobody"}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"a@example.test","phone":"+4915112345678"}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"a@example.test","channel":"sms"}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"a@example.test","data":[]}""", 400, "bad_json")]
    [InlineData("otp", """{"email":"a@example.test","create_user":"yes"}""", 400, "bad_json")]
    [InlineData("otp", """{"email":"a@example.test","code_challenge":"short","code_challenge_method":"s256"}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"a@example.test","code_challenge":"ccccccccccccccccccccccccccccccccccccccccccc"}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"a\u0000@example.test"}""", 400, "validation_failed")]
    [InlineData("otp", """{"email":"new@example.test","data":{"x":"\u0000"}}""", 400, "validation_failed")]
    [InlineData("magiclink", """{}""", 422, "validation_failed")]
    [InlineData("magiclink", """{"email":"@"}""", 400, "validation_failed")]
    [InlineData("recover", """{}""", 400, "validation_failed")]
    [InlineData("recover", """{"email":["a"]}""", 400, "bad_json")]
    [InlineData("resend", """{"email":"a@example.test"}""", 400, "validation_failed")]
    [InlineData("resend", """{"type":"recovery","email":"a@example.test"}""", 400, "validation_failed")]
    [InlineData("resend", """{"type":"signup"}""", 400, "validation_failed")]
    [InlineData("resend", """{"type":"sms"}""", 400, "validation_failed")]
    [InlineData("resend", """{"type":"email_change"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"email","token":"123456","token_hash":"abc","email":"a@example.test"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"email","token_hash":"abc","email":"a@example.test"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"email","token":"123456","email":"nobody"}""", 422, "validation_failed")]
    [InlineData("verify", """{"token":"123456","email":"a@example.test"}""", 400, "validation_failed")]
    public async Task Bad_input_is_refused_by_name_and_sends_nothing(string path, string body, int status, string code)
    {
        var answer = await _platform.AskAsync(path, body);

        Assert.Equal((status, code), (answer.Status, answer.ErrorCode));
        Assert.Empty(await _platform.MailsAsync("a@example.test"));
        Assert.Empty(await _platform.MailsAsync("new@example.test"));
    }
}
