using System.Text.Json;
using Hedgerow.Tests.Integration.Support;
using static Hedgerow.Tests.Integration.Auth.MailSteps;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Signing up where addresses must be confirmed: with a password, by code, by invitation.</summary>
public sealed class MailSignUpTests(MailPlatform shared) : IClassFixture<MailPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task Whoever_signs_up_comes_in_by_the_link_and_not_before()
    {
        var email = Fresh();
        var signUp = await _platform.AskAsync("signup", new { email, password = "correct horse", data = new { name = "Ann" } }, "http://app.test/welcome");
        Assert.Equal(200, signUp.Status);
        Assert.False(signUp.Json.TryGetProperty("access_token", out _));
        Assert.Equal((400, "email_not_confirmed"), await _platform.SignInAsync(email) is var early ? (early.Status, early.ErrorCode) : default);

        var target = await _platform.ClickAsync((await _platform.MailAsync(email, "confirmation")).Link!);

        Assert.Equal("http://app.test/welcome", target.GetLeftPart(UriPartial.Path));
        Assert.Equal("signup", target.Fragment()["type"]);
        using var http = _platform.Client(target.Fragment()["access_token"]);
        var user = await http.SendAsync("GET", "/auth/v1/user");
        Assert.Equal((email, "Ann"), (user["email"], user.Json.GetProperty("user_metadata").GetProperty("name").GetString()));
        Assert.Equal(200, (await _platform.SignInAsync(email)).Status);
    }

    [Fact]
    public async Task Whoever_signs_up_may_enter_the_code_instead()
    {
        var email = Fresh();
        await _platform.AskAsync("signup", new { email, password = "correct horse" });
        var mail = await _platform.MailAsync(email, "confirmation");

        Assert.Equal((403, "otp_expired"), await _platform.VerifyAsync(new { type = "signup", email, token = "000000x" }) is var wrong ? (wrong.Status, wrong.ErrorCode) : default);
        Assert.Equal(200, (await _platform.VerifyAsync(new { type = "signup", email, token = mail.Code })).Status);
        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "signup", email, token = mail.Code })).ErrorCode);
        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "signup", token_hash = mail.Hash })).ErrorCode);
    }

    [Fact]
    public async Task Nobody_learns_from_a_sign_up_whether_an_address_is_known()
    {
        var known = (await _platform.ConfirmedAsync()).Email;
        var (waiting, unknown) = (Fresh(), Fresh());
        await _platform.AskAsync("signup", new { email = waiting, password = "the first one", data = new { secret = "of the first" } });

        var answers = new List<string>();
        foreach (var email in new[] { unknown, known, waiting })
        {
            var answer = await _platform.AskAsync("signup", new { email, password = "correct horse", data = new { name = "Mallory" } });
            Assert.Equal(200, answer.Status);
            answers.Add(Masked(answer.Json, email));
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.Equal(answers[0], answers[2]);
        Assert.Single(await _platform.MailsAsync(known));
        Assert.Equal(2, (await _platform.MailsAsync(waiting)).Count);
        Assert.Equal(200, (await _platform.SignInAsync(known)).Status);
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email like '%nobody.invalid'"));

        // What differs from one sign-up to the next in any case.
        static string Masked(JsonElement user, string email)
        {
            var id = user.GetProperty("id").GetString()!;
            var identity = user.GetProperty("identities")[0].GetProperty("identity_id").GetString()!;
            return System.Text.RegularExpressions.Regex.Replace(
                user.GetRawText().Replace(email, "the address", StringComparison.Ordinal).Replace(id, "the id", StringComparison.Ordinal).Replace(identity, "the identity", StringComparison.Ordinal),
                "\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]+\"", "\"a time\"");
        }
    }

    [Fact]
    public async Task Signing_up_again_changes_nothing_of_an_account_that_waits_to_be_confirmed()
    {
        var email = Fresh();
        await _platform.AskAsync("signup", new { email, password = "the first one" });
        await _platform.AskAsync("signup", new { email, password = "the second one" });

        var mails = await _platform.MailsAsync(email);
        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "signup", token_hash = mails[1].Hash })).ErrorCode);
        Assert.Equal(200, (await _platform.VerifyAsync(new { type = "signup", token_hash = mails[0].Hash })).Status);

        Assert.Equal(200, (await _platform.SignInAsync(email, "the first one")).Status);
        Assert.Equal("invalid_credentials", (await _platform.SignInAsync(email, "the second one")).ErrorCode);
    }

    [Theory]
    [InlineData("otp", "magic_link")]
    [InlineData("recover", "recovery")]
    public async Task Whoever_signed_up_with_anothers_address_is_not_inside_when_its_owner_comes(string path, string kind)
    {
        var email = Fresh("victim");
        await _platform.AskAsync("signup", new { email, password = "of the attacker" });

        await _platform.AskAsync(path, new { email });
        Assert.Equal(200, (await _platform.VerifyAsync(new { type = "email", email, token = (await _platform.MailAsync(email, kind)).Code })).Status);

        Assert.Equal("invalid_credentials", (await _platform.SignInAsync(email, "of the attacker")).ErrorCode);
    }

    [Fact]
    public async Task A_stranger_who_asks_for_a_code_signs_up_and_a_user_signs_in_and_the_answers_are_alike()
    {
        var user = await _platform.ConfirmedAsync();
        var stranger = Fresh();

        var known = await _platform.AskAsync("otp", new { email = user.Email, create_user = true, data = new { } });
        var unknown = await _platform.AskAsync("otp", new { email = stranger, create_user = true, data = new { name = "Bo" } });

        Assert.Equal((known.Status, known.Json.ToString()), (unknown.Status, unknown.Json.ToString()));
        var signedIn = await _platform.VerifyAsync(new { type = "email", email = user.Email, token = (await _platform.MailAsync(user.Email, "magic_link")).Code });
        Assert.Equal(user.Id, signedIn.Json.GetProperty("user").GetProperty("id").GetGuid());
        var signedUp = await _platform.VerifyAsync(new { type = "email", email = stranger, token = (await _platform.MailAsync(stranger, "confirmation")).Code });
        Assert.Equal("Bo", signedUp.Json.GetProperty("user").GetProperty("user_metadata").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Who_wants_no_sign_up_is_told_that_there_is_nobody()
    {
        var email = Fresh();

        var answer = await _platform.AskAsync("otp", new { email, create_user = false });

        Assert.Equal((422, "otp_disabled"), (answer.Status, answer.ErrorCode));
        Assert.Empty(await _platform.MailsAsync(email));
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", email));
    }

    [Fact]
    public async Task An_invited_person_comes_in_and_is_not_invited_twice()
    {
        var email = Fresh();
        var invited = await _platform.Service.SendAsync("POST", "/auth/v1/invite", new { email, data = new { team = "blue" } });
        Assert.Equal((200, email), (invited.Status, invited["email"]));
        Assert.NotNull(invited["invited_at"]);

        var target = await _platform.ClickAsync((await _platform.MailAsync(email, "invite")).Link!);

        using var http = _platform.Client(target.Fragment()["access_token"]);
        Assert.Equal(200, (await http.SendAsync("PUT", "/auth/v1/user", new { password = "correct horse" })).Status);
        Assert.Equal(200, (await _platform.SignInAsync(email)).Status);
        Assert.Equal((422, "email_exists"), await _platform.Service.SendAsync("POST", "/auth/v1/invite", new { email }) is var again ? (again.Status, again.ErrorCode) : default);
    }

    [Fact]
    public async Task Only_the_service_role_invites()
    {
        var user = await _platform.ConfirmedAsync();
        using var forged = _platform.Client(TestPlatform.Forged(user.AccessToken));
        using var nobody = _platform.Client(null);
        var body = new { email = Fresh() };

        Assert.Equal("not_admin", (await _platform.Anonymous.SendAsync("POST", "/auth/v1/invite", body)).ErrorCode);
        Assert.Equal("not_admin", (await user.Http.SendAsync("POST", "/auth/v1/invite", body)).ErrorCode);
        Assert.Equal("bad_jwt", (await forged.SendAsync("POST", "/auth/v1/invite", body)).ErrorCode);
        Assert.Equal("no_authorization", (await nobody.SendAsync("POST", "/auth/v1/invite", body)).ErrorCode);
        Assert.Empty(await _platform.MailsAsync(body.email));
    }

    [Fact]
    public async Task Where_sign_ups_are_off_neither_password_nor_code_makes_a_user()
    {
        await using var closed = await TestPlatform.StartAsync(("Auth:DisableSignup", "true"), ("Auth:Mail:DevInbox", "true"));
        Assert.Equal("signup_disabled", (await closed.AskAsync("signup", new { email = Fresh(), password = "correct horse" })).ErrorCode);
        Assert.Equal("signup_disabled", (await closed.AskAsync("otp", new { email = Fresh() })).ErrorCode);
        Assert.Equal("signup_disabled", (await closed.AskAsync("magiclink", new { email = Fresh() })).ErrorCode);
        Assert.Equal(0, await closed.Database.ScalarAsync<long>("select count(*) from auth.users"));
    }

    [Fact]
    public async Task Where_addresses_are_taken_at_their_word_a_code_signs_a_stranger_in()
    {
        await using var open = await TestPlatform.StartAsync(("Auth:Mail:DevInbox", "true"));
        var email = Fresh();
        await open.AskAsync("otp", new { email });

        var answer = await open.VerifyAsync(new { type = "email", email, token = (await open.MailAsync(email, "magic_link")).Code });

        Assert.Equal(200, answer.Status);
    }
}
