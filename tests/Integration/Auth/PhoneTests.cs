using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class PhoneTests(PhonePlatform shared) : IClassFixture<PhonePlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private static (int, string?) Refusal(Answer answer) => (answer.Status, answer.ErrorCode);

    private Task<Answer> SignInAsync(string phone, string password = "correct horse") =>
        _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { phone, password });

    [Fact]
    public async Task A_number_and_password_sign_in_once_the_code_has_come_back()
    {
        var phone = PhonePlatform.NewNumber();
        var signedUp = await _platform.PhoneSignUpAsync("+" + phone);
        Assert.Equal(200, signedUp.Status);
        Assert.False(signedUp.Json.TryGetProperty("access_token", out _));
        Assert.Equal(phone, signedUp["phone"]);
        Assert.Equal((400, "phone_not_confirmed"), Refusal(await SignInAsync(phone)));

        var verified = await _platform.VerifyPhoneAsync("+" + phone, await _platform.CodeForAsync(phone));

        Assert.Equal(200, verified.Status);
        var user = verified.Json.GetProperty("user");
        Assert.True(user.TryGetProperty("phone_confirmed_at", out _));
        Assert.Equal("phone", user.GetProperty("identities")[0].GetProperty("provider").GetString());
        Assert.True(user.GetProperty("identities")[0].GetProperty("identity_data").GetProperty("phone_verified").GetBoolean());
        Assert.Equal("phone", user.GetProperty("app_metadata").GetProperty("provider").GetString());
        Assert.Equal(200, (await SignInAsync("+" + phone)).Status);
        Assert.Equal("invalid_credentials", (await SignInAsync(phone, "wrong horse")).ErrorCode);
    }

    [Fact]
    public async Task A_known_number_and_a_new_one_are_answered_alike()
    {
        var phone = PhonePlatform.NewNumber();
        var known = await _platform.PhonePersonAsync(phone);
        var other = PhonePlatform.NewNumber();

        var again = await _platform.PhoneSignUpAsync(phone);
        var first = await _platform.PhoneSignUpAsync(other);

        static string Shape(Answer answer, string number) => string.Join(' ', answer.Json.EnumerateObject().Select(member => member.Name))
            + answer.Json.GetProperty("identities")[0].GetProperty("identity_data").ToString().Replace(number, "N", StringComparison.Ordinal)
                .Replace(answer["id"]!, "I", StringComparison.Ordinal);
        Assert.Equal((200, 200), (again.Status, first.Status));
        Assert.Equal(Shape(first, other), Shape(again, phone));
        Assert.NotEqual(known.Id.ToString(), again["id"]);
        Assert.Equal("invalid_credentials", (await SignInAsync(phone)).ErrorCode);
    }

    [Fact]
    public async Task A_code_signs_up_whoever_is_new_and_signs_in_whoever_is_not()
    {
        var phone = PhonePlatform.NewNumber();

        var first = await _platform.PhonePersonAsync(phone);
        var second = await _platform.PhonePersonAsync(phone);

        Assert.Equal(first.Id, second.Id);
        Assert.Equal("otp", second.Claims().GetProperty("amr")[0].GetProperty("method").GetString());
        Assert.Equal(phone, second.Claims().GetProperty("phone").GetString());
    }

    [Fact]
    public async Task Whoever_signed_up_with_anothers_number_is_not_inside_when_its_owner_comes_by_code()
    {
        var phone = PhonePlatform.NewNumber();
        await _platform.PhoneSignUpAsync(phone, "the thief's password");

        await _platform.PhonePersonAsync(phone);

        Assert.Equal("invalid_credentials", (await SignInAsync(phone, "the thief's password")).ErrorCode);
    }

    [Fact]
    public async Task A_code_passes_once_and_only_for_its_number_and_purpose()
    {
        var (phone, other) = (PhonePlatform.NewNumber(), PhonePlatform.NewNumber());
        await _platform.OtpAsync(phone);
        await _platform.OtpAsync(other);
        var code = await _platform.CodeForAsync(phone);

        Assert.Equal((403, "otp_expired"), Refusal(await _platform.VerifyPhoneAsync(phone, code, "phone_change")));
        Assert.Equal((403, "otp_expired"), Refusal(await _platform.VerifyPhoneAsync(other, code == "000000" ? "111111" : code)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _platform.VerifyPhoneAsync(phone, code)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((403, "otp_expired"), Refusal(answer)));
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute_and_tries_at_it_are_counted()
    {
        var phone = PhonePlatform.NewNumber();
        await _platform.OtpAsync(phone);
        await _platform.Database.ExecuteAsync("update auth.one_time_tokens set created_at = created_at - interval '61 s' where relates_to = $1", phone);
        Assert.Equal((403, "otp_expired"), Refusal(await _platform.VerifyPhoneAsync(phone, await _platform.CodeForAsync(phone))));

        var late = new List<Answer>();
        for (var i = 0; i < 25; i++) late.Add(await _platform.VerifyPhoneAsync(phone, "000000"));
        Assert.Contains(late, answer => answer.Status == 429);
    }

    [Fact]
    public async Task Whoever_may_not_be_made_is_told_so()
    {
        var phone = PhonePlatform.NewNumber();

        Assert.Equal((422, "otp_disabled"), Refusal(await _platform.OtpAsync(phone, createUser: false)));
        Assert.Null(await _platform.CodeForAsync(phone));
    }

    [Fact]
    public async Task A_test_number_gets_no_message_and_has_its_code()
    {
        Assert.Equal(200, (await _platform.OtpAsync("+4152127777")).Status);

        Assert.Null(await _platform.CodeForAsync("4152127777"));
        Assert.Equal(200, (await _platform.VerifyPhoneAsync("+4152127777", "123456")).Status);
    }

    [Fact]
    public async Task A_resent_code_replaces_the_first_and_nothing_tells_who_is_there()
    {
        var phone = PhonePlatform.NewNumber();
        await _platform.PhoneSignUpAsync(phone);
        var first = await _platform.CodeForAsync(phone);

        var resent = await _platform.Anonymous.SendAsync("POST", "/auth/v1/resend", new { type = "sms", phone });
        var unknown = await _platform.Anonymous.SendAsync("POST", "/auth/v1/resend", new { type = "sms", phone = PhonePlatform.NewNumber() });

        Assert.Equal((resent.Status, resent.Json.ToString()), (unknown.Status, unknown.Json.ToString()));
        var second = await _platform.CodeForAsync(phone);
        if (first != second) Assert.Equal((403, "otp_expired"), Refusal(await _platform.VerifyPhoneAsync(phone, first)));
        Assert.Equal(200, (await _platform.VerifyPhoneAsync(phone, second)).Status);
    }

    [Fact]
    public async Task A_new_number_is_the_persons_once_it_has_answered()
    {
        var (phone, next) = (PhonePlatform.NewNumber(), PhonePlatform.NewNumber());
        var user = await _platform.PhonePersonAsync(phone);

        var asked = await user.Http.SendAsync("PUT", "/auth/v1/user", new { phone = "+" + next });
        Assert.Equal((phone, next), (asked["phone"], asked["new_phone"]));
        await _platform.Anonymous.SendAsync("POST", "/auth/v1/resend", new { type = "phone_change", phone });
        var verified = await _platform.VerifyPhoneAsync(next, await _platform.CodeForAsync(next), "phone_change");

        var changed = verified.Json.GetProperty("user");
        Assert.Equal(next, changed.GetProperty("phone").GetString());
        Assert.False(changed.TryGetProperty("new_phone", out _));
        Assert.Equal(next, changed.GetProperty("identities")[0].GetProperty("identity_data").GetProperty("phone").GetString());
    }

    [Fact]
    public async Task A_number_that_somebody_has_cannot_be_taken_even_while_its_code_is_on_the_way()
    {
        var (phone, wanted) = (PhonePlatform.NewNumber(), PhonePlatform.NewNumber());
        var user = await _platform.PhonePersonAsync(phone);
        await user.Http.SendAsync("PUT", "/auth/v1/user", new { phone = wanted });
        var code = await _platform.CodeForAsync(wanted);
        await _platform.PhonePersonAsync(wanted);

        Assert.Equal((422, "phone_exists"), Refusal(await _platform.VerifyPhoneAsync(wanted, code, "phone_change")));
        Assert.Equal((422, "phone_exists"), Refusal(await user.Http.SendAsync("PUT", "/auth/v1/user", new { phone = wanted })));
    }

    [Fact]
    public async Task An_anonymous_user_is_permanent_once_the_number_is_proved()
    {
        var anonymous = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        using var client = _platform.Client(anonymous["access_token"]);
        var phone = PhonePlatform.NewNumber();

        var asked = await client.SendAsync("PUT", "/auth/v1/user", new { phone, password = "correct horse" });
        Assert.True(asked.Json.GetProperty("is_anonymous").GetBoolean());
        var verified = await _platform.VerifyPhoneAsync(phone, await _platform.CodeForAsync(phone), "phone_change");

        Assert.False(verified.Json.GetProperty("user").GetProperty("is_anonymous").GetBoolean());
        Assert.Equal(200, (await SignInAsync(phone)).Status);
    }

    [Fact]
    public async Task Whoever_has_a_second_factor_changes_the_number_with_it()
    {
        var user = await _platform.SignUpAsync();
        await user.RaiseAsync(await user.AppAsync(), _platform);
        var again = await user.SignInAgainAsync(_platform);

        Assert.Equal((401, "insufficient_aal"), Refusal(await again.Http.SendAsync("PUT", "/auth/v1/user", new { phone = PhonePlatform.NewNumber() })));
    }

    [Theory]
    [InlineData("signup", """{"phone":"abc","password":"correct horse"}""", 400, "validation_failed")]
    [InlineData("signup", """{"phone":"+491","email":"x@example.test","password":"correct horse"}""", 400, "validation_failed")]
    [InlineData("signup", """{"phone":"+4917000","password":"correct horse","channel":"pigeon"}""", 400, "validation_failed")]
    [InlineData("signup", """{"phone":"+4917000","password":"short"}""", 422, "weak_password")]
    [InlineData("otp", """{"phone":"+49170\u0000"}""", 400, "validation_failed")]
    [InlineData("otp", """{"phone":"1234567890123456"}""", 400, "validation_failed")]
    [InlineData("otp", """{"phone":"+4917000","data":"text"}""", 400, "bad_json")]
    [InlineData("verify", """{"type":"sms","phone":"+4917000"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"sms","phone":"abc","token":"123456"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"sms","token":"123456"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"signup","phone":"+4917000","token":"123456"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"sms","phone":"+4917000","email":"x@example.test","token":"123456"}""", 400, "validation_failed")]
    [InlineData("verify", """{"type":"sms","phone":"+4917001","token":"12\u00003456"}""", 403, "otp_expired")]
    [InlineData("resend", """{"type":"sms"}""", 400, "validation_failed")]
    [InlineData("resend", """{"type":"phone_change","phone":"abc"}""", 400, "validation_failed")]
    public async Task What_makes_no_sense_is_refused_by_name(string path, string body, int status, string code) =>
        Assert.Equal((status, code), Refusal(await _platform.Anonymous.SendAsync("POST", $"/auth/v1/{path}", body)));

    [Fact]
    public async Task Settings_say_that_phones_are_taken()
    {
        var settings = (await _platform.Anonymous.SendAsync("GET", "/auth/v1/settings")).Json;

        Assert.True(settings.GetProperty("external").GetProperty("phone").GetBoolean());
        Assert.False(settings.GetProperty("phone_autoconfirm").GetBoolean());
    }

    [Fact]
    public async Task A_phone_is_a_second_factor()
    {
        var user = await _platform.SignUpAsync();
        var phone = PhonePlatform.NewNumber();
        var enrolled = await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "phone", phone = "+" + phone, friendly_name = "mine" });
        Assert.Equal(("phone", "+" + phone), (enrolled["type"], enrolled["phone"]));
        var factor = enrolled.Json.GetProperty("id").GetGuid();

        var challenge = await user.Http.SendAsync("POST", $"/auth/v1/factors/{factor}/challenge", new { channel = "whatsapp" });
        var code = (await _platform.CodeForAsync(phone))!;
        Assert.Equal("whatsapp", await _platform.Database.ScalarAsync<string>("select channel from auth.mail_queue where recipient = $1", phone));
        Assert.DoesNotContain(code, (await _platform.Database.ScalarAsync<string>("select otp_code from auth.mfa_challenges where factor_id = $1", factor))!, StringComparison.Ordinal);
        Assert.Equal((422, "mfa_verification_failed"), Refusal(await user.AnswerAsync(factor, challenge["id"]!, code == "000000" ? "111111" : "000000")));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.AnswerAsync(factor, challenge["id"]!, code)));

        var raised = TestUser.From(Assert.Single(answers, answer => answer.Status == 200).Json, _platform);
        Assert.Equal("aal2", raised.Claims().GetProperty("aal").GetString());
        Assert.Equal("mfa/phone", raised.Claims().GetProperty("amr")[0].GetProperty("method").GetString());
        var again = await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "phone", phone, friendly_name = "other" });
        Assert.Equal((422, "mfa_verified_factor_exists"), Refusal(again));
    }

    [Fact]
    public async Task A_code_of_one_challenge_answers_no_other()
    {
        var user = await _platform.SignUpAsync();
        var phone = PhonePlatform.NewNumber();
        var factor = (await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "phone", phone, friendly_name = "mine" })).Json.GetProperty("id").GetGuid();
        await user.ChallengeAsync(factor);
        var code = (await _platform.CodeForAsync(phone))!;
        var second = await user.ChallengeAsync(factor);

        if (code != await _platform.CodeForAsync(phone)) Assert.Equal((422, "mfa_verification_failed"), Refusal(await user.AnswerAsync(factor, second, code)));
        Assert.Equal((400, "validation_failed"), Refusal(await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "phone", friendly_name = "none" })));
    }
}
