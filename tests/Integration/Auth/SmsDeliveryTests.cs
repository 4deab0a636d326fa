using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Text messages on their way to whoever carries them.</summary>
public sealed class SmsDeliveryTests
{
    private static readonly byte[] s_secret = "sixteen bytes and more"u8.ToArray();

    private static (string, string)[] Hook(HttpEcho echo) =>
    [
        ("Auth:Sms:Enabled", "true"), ("Auth:Hook:SendSmsUri", echo.Url + "/send"), ("Auth:Hook:SendSmsSecrets", $"v1,whsec_{Convert.ToBase64String(s_secret)}"),
        ("Auth:Mail:Smtp:RetryDelay", "1"), ("Auth:Hook:HttpTimeoutMilliseconds", "60000"),
    ];

    private static (string, string)[] Twilio(HttpEcho echo) =>
    [
        ("Auth:Sms:Enabled", "true"), ("Auth:Sms:Provider", "twilio"), ("Auth:Sms:Twilio:Url", echo.Url), ("Auth:Sms:Twilio:AccountSid", "AC1"),
        ("Auth:Sms:Twilio:AuthToken", "token"), ("Auth:Sms:Twilio:MessageServiceSid", "+15005550006"), ("Auth:Sms:Twilio:ContentSid", "HX1"),
        ("Auth:Mail:Smtp:RetryDelay", "1"), ("Auth:Sms:Template", "{{ .Code }} is it"),
    ];

    private static async Task WhenEmptyAsync(TestPlatform platform)
    {
        while (await platform.Database.ScalarAsync<bool>("select exists (select from auth.mail_queue where failed_at is null)")) await Task.Yield();
    }

    [Fact]
    public async Task A_hook_is_handed_the_code_signed()
    {
        await using var echo = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync(Hook(echo));
        var phone = PhonePlatform.NewNumber();

        Assert.Equal(200, (await platform.OtpAsync(phone)).Status);
        var heard = (await echo.HearAsync(1))[0];

        var signed = $"{heard.Headers["webhook-id"]}.{heard.Headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(heard.Body)}";
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(s_secret, Encoding.UTF8.GetBytes(signed)))}", heard.Headers["webhook-signature"]);
        var payload = JsonSerializer.Deserialize<JsonElement>(heard.Body);
        Assert.Equal(phone, payload.GetProperty("user").GetProperty("phone").GetString());
        Assert.Equal(phone, payload.GetProperty("sms").GetProperty("phone").GetString());
        var code = payload.GetProperty("sms").GetProperty("otp").GetString();
        Assert.Equal(200, (await platform.VerifyPhoneAsync(phone, code)).Status);
        await WhenEmptyAsync(platform);
    }

    [Fact]
    public async Task A_hook_that_is_busy_is_asked_again_with_the_same_id_and_one_that_refuses_is_not()
    {
        await using var echo = new HttpEcho();
        echo.AnswerNext(503);
        echo.AnswerNext(429);
        await using var platform = await TestPlatform.StartAsync(Hook(echo));
        var phone = PhonePlatform.NewNumber();

        await platform.OtpAsync(phone);
        var heard = await echo.HearAsync(3);
        Assert.Single(heard.Select(request => request.Headers["webhook-id"]).Distinct());
        await WhenEmptyAsync(platform);

        echo.AnswerNext(400, """{"error":"no such country"}""");
        await platform.OtpAsync(PhonePlatform.NewNumber());
        await WhenEmptyAsync(platform);
        Assert.Equal("400: {\"error\":\"no such country\"} ", await platform.Database.ScalarAsync<string>("select last_error || ' ' || code || body from auth.mail_queue where failed_at is not null"));
        Assert.Equal(4, echo.Heard.Count);
    }

    [Fact]
    public async Task A_message_is_not_lost_over_a_restart()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var echo = new HttpEcho();
        var phone = PhonePlatform.NewNumber();
        // Nobody can send when it is queued: the provider is out of reach, and the gateway stops.
        (string, string)[] unreachable = [.. Hook(echo).Where(setting => setting.Item1 != "Auth:Hook:SendSmsUri"), ("Auth:Hook:SendSmsUri", "http://127.0.0.1:1/")];
        await using (var first = await TestPlatform.StartOnAsync(database, unreachable)) await first.OtpAsync(phone);
        Assert.Empty(echo.Heard);

        await using var second = await TestPlatform.StartOnAsync(database, Hook(echo));
        var payload = JsonSerializer.Deserialize<JsonElement>((await echo.HearAsync(1))[0].Body);

        Assert.Equal(200, (await second.VerifyPhoneAsync(phone, payload.GetProperty("sms").GetProperty("otp").GetString())).Status);
    }

    [Fact]
    public async Task Twilio_is_asked_as_its_documentation_says()
    {
        await using var echo = new HttpEcho();
        echo.AnswerNext(201, """{"sid":"SM1","status":"queued"}""");
        echo.AnswerNext(201, """{"sid":"SM2","status":"queued"}""");
        await using var platform = await TestPlatform.StartAsync(Twilio(echo));
        var (phone, other) = (PhonePlatform.NewNumber(), PhonePlatform.NewNumber());

        await platform.OtpAsync(phone);
        var sms = (await echo.HearAsync(1))[0];
        await platform.Anonymous.SendAsync("POST", "/auth/v1/otp", new { phone = other, channel = "whatsapp" });
        var whatsApp = (await echo.HearAsync(2))[1];

        Assert.Equal(("POST", "/2010-04-01/Accounts/AC1/Messages.json"), (sms.Method, sms.Path));
        Assert.Equal("Basic " + Convert.ToBase64String("AC1:token"u8), sms.Headers["authorization"]);
        var fields = HttpUtility.ParseQueryString(Encoding.UTF8.GetString(sms.Body));
        Assert.Equal(("+" + phone, "+15005550006", "sms"), (fields["To"], fields["From"], fields["Channel"]));
        Assert.Matches("^[0-9]{6} is it$", fields["Body"]);
        Assert.Equal(200, (await platform.VerifyPhoneAsync(phone, fields["Body"]![..6])).Status);
        fields = HttpUtility.ParseQueryString(Encoding.UTF8.GetString(whatsApp.Body));
        Assert.Equal(("whatsapp:+" + other, "whatsapp:+15005550006", "HX1"), (fields["To"], fields["From"], fields["ContentSid"]));
        Assert.Matches("""^\{"1":"[0-9]{6}"\}$""", fields["ContentVariables"]);
    }

    [Fact]
    public async Task What_Twilio_says_it_will_not_deliver_is_given_up()
    {
        await using var echo = new HttpEcho();
        echo.AnswerNext(201, """{"sid":"SM1","status":"failed","error_message":"landline"}""");
        await using var platform = await TestPlatform.StartAsync(Twilio(echo));

        await platform.OtpAsync(PhonePlatform.NewNumber());
        await WhenEmptyAsync(platform);

        Assert.Contains("landline", await platform.Database.ScalarAsync<string>("select last_error from auth.mail_queue"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_is_written_to_once_a_minute_known_or_not()
    {
        await using var echo = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync(Hook(echo));
        var phone = PhonePlatform.NewNumber();

        foreach (var body in new object[] { new { type = "sms", phone }, new { type = "sms", phone } })
            _ = await platform.Anonymous.SendAsync("POST", "/auth/v1/resend", body);
        var second = await platform.OtpAsync(phone);

        Assert.Equal((429, "over_sms_send_rate_limit"), (second.Status, second.ErrorCode));
    }

    [Fact]
    public async Task Messages_of_an_hour_are_counted_over_all_numbers()
    {
        await using var echo = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync([.. Hook(echo), ("Auth:RateLimits:SmsSent", "2")]);

        var answers = new List<Answer>();
        for (var i = 0; i < 4; i++) answers.Add(await platform.OtpAsync(PhonePlatform.NewNumber()));

        // Four in case an hour ends under way: two windows take no more.
        Assert.Equal(200, answers[0].Status);
        Assert.Contains(answers, answer => answer.Status == (int)HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("Auth:Hook:SendSmsUri", "http://example.test/send")]
    [InlineData("Auth:Hook:SendSmsSecrets", "whsec_short")]
    [InlineData("Auth:Sms:TestOtp", "415")]
    [InlineData("Auth:Sms:Provider", "pigeon")]
    public async Task A_setting_that_makes_no_sense_stops_the_start(string name, string value)
    {
        await using var echo = new HttpEcho();
        await using var database = await TestDatabase.CreateEmptyAsync();
        (string, string)[] settings = [.. Hook(echo).Where(setting => setting.Item1 != name), (name, value)];

        Assert.Contains(name, (await Assert.ThrowsAnyAsync<Exception>(() => TestPlatform.StartOnAsync(database, settings))).Message, StringComparison.Ordinal);
    }
}
