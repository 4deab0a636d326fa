using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>A platform whose people sign in by phone; its messages stay in the queue, to be read there.</summary>
public sealed class PhonePlatform : IAsyncLifetime
{
    private static int _last;

    public TestPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync() => Platform = await TestPlatform.StartAsync(
        ("Auth:Sms:Enabled", "true"), ("Auth:Sms:MaxFrequency", "0"), ("Auth:Mail:DevInbox", "true"), ("Auth:Mail:MaxFrequency", "0"),
        ("Auth:Mfa:PhoneEnroll", "true"), ("Auth:Mfa:PhoneVerify", "true"), ("Auth:Mfa:PhoneMaxFrequency", "0"),
        ("Auth:Sms:TestOtp", "4152127777:123456"), ("Encryption:PrivateKey", "what encrypts in these tests"));

    public async Task DisposeAsync() => await Platform.DisposeAsync();

    /// <summary>A number that nobody has.</summary>
    public static string NewNumber() => $"4917{Interlocked.Increment(ref _last):D8}";
}

/// <summary>The steps of a person with a phone.</summary>
public static class PhoneSteps
{
    /// <summary>The code of the newest message to the number; null where there is none.</summary>
    public static Task<string?> CodeForAsync(this TestPlatform platform, string phone) =>
        platform.Database.ScalarAsync<string>("select code from auth.mail_queue where recipient = $1 order by id desc limit 1", phone);

    public static Task<Answer> PhoneSignUpAsync(this TestPlatform platform, string phone, string password = "correct horse") =>
        platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { phone, password });

    public static Task<Answer> OtpAsync(this TestPlatform platform, string phone, bool createUser = true) =>
        platform.Anonymous.SendAsync("POST", "/auth/v1/otp", new { phone, create_user = createUser });

    public static Task<Answer> VerifyPhoneAsync(this TestPlatform platform, string phone, string? token, string type = "sms") =>
        platform.Anonymous.SendAsync("POST", "/auth/v1/verify", new { type, phone, token });

    /// <summary>Someone who signed in by a code.</summary>
    public static async Task<TestUser> PhonePersonAsync(this TestPlatform platform, string phone)
    {
        await platform.OtpAsync(phone);
        var verified = await platform.VerifyPhoneAsync(phone, await platform.CodeForAsync(phone));
        Assert.True(verified.Status == 200, verified.Json.ToString());
        return TestUser.From(verified.Json, platform);
    }
}
