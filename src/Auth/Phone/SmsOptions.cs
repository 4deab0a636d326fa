namespace Hedgerow.Auth.Phone;

/// <summary>Phone numbers and text messages. Section <c>Auth:Sms</c>; the meanings are those of GoTrue's <c>GOTRUE_SMS_…</c>.</summary>
public sealed record SmsOptions
{
    /// <summary>People may sign up and in with phone numbers (<c>GOTRUE_EXTERNAL_PHONE_ENABLED</c>).</summary>
    public bool Enabled { get; init; }

    /// <summary>New phone numbers count as confirmed at once (<c>GOTRUE_SMS_AUTOCONFIRM</c>).</summary>
    public bool AutoConfirm { get; init; }

    /// <summary>Seconds between two messages of one purpose to one number (<c>GOTRUE_SMS_MAX_FREQUENCY</c>). 0: no limit.</summary>
    public int MaxFrequency { get; init; } = 60;

    /// <summary>Seconds that a code is good for (<c>GOTRUE_SMS_OTP_EXP</c>).</summary>
    public int OtpExpiry { get; init; } = 60;

    /// <summary>Digits of a code (<c>GOTRUE_SMS_OTP_LENGTH</c>).</summary>
    public int OtpLength { get; init; } = 6;

    /// <summary>The message; <c>{{ .Code }}</c> is the code (<c>GOTRUE_SMS_TEMPLATE</c>).</summary>
    public string Template { get; init; } = "Your code is {{ .Code }}";

    /// <summary>Who carries the messages: <c>twilio</c>, or empty for nobody. <c>Auth:Hook:SendSmsUri</c> takes its place (<c>GOTRUE_SMS_PROVIDER</c>).</summary>
    public string Provider { get; init; } = "";

    /// <summary>
    /// Numbers that get no message and always the same code, comma list: <c>4152127777:123456</c> (<c>GOTRUE_SMS_TEST_OTP</c>). For reviews by app
    /// stores and for tests.
    /// </summary>
    public string TestOtp { get; init; } = "";

    /// <summary>When <see cref="TestOtp"/> ends, ISO 8601 (<c>GOTRUE_SMS_TEST_OTP_VALID_UNTIL</c>). Empty: never.</summary>
    public string TestOtpValidUntil { get; init; } = "";

    /// <summary>Seconds that the provider may take to answer.</summary>
    public int Timeout { get; init; } = 10;

    public TwilioOptions Twilio { get; init; } = new();
}

/// <summary>Twilio's REST API. Section <c>Auth:Sms:Twilio</c>.</summary>
public sealed record TwilioOptions
{
    /// <summary><c>GOTRUE_SMS_TWILIO_ACCOUNT_SID</c>.</summary>
    public string AccountSid { get; init; } = "";

    /// <summary><c>GOTRUE_SMS_TWILIO_AUTH_TOKEN</c>.</summary>
    public string AuthToken { get; init; } = "";

    /// <summary>A messaging service, or the number that messages come from (<c>GOTRUE_SMS_TWILIO_MESSAGE_SERVICE_SID</c>).</summary>
    public string MessageServiceSid { get; init; } = "";

    /// <summary>The content template of WhatsApp messages (<c>GOTRUE_SMS_TWILIO_CONTENT_SID</c>).</summary>
    public string ContentSid { get; init; } = "";

    /// <summary>Where the API is.</summary>
    public string Url { get; init; } = "https://api.twilio.com";
}
