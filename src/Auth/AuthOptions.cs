using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Mfa;
using Hedgerow.Auth.Phone;

namespace Hedgerow.Auth;

/// <summary>Signing up and in. Section <c>Auth</c>; the names and meanings are GoTrue's.</summary>
public sealed record AuthOptions
{
    /// <summary>Where links in mails lead unless the request says otherwise.</summary>
    public string SiteUrl { get; init; } = "http://localhost:3000";

    /// <summary>Other places that links may lead to, comma list with wildcards (<c>GOTRUE_URI_ALLOW_LIST</c>): <c>https://*.example.com/**</c>.</summary>
    public string UriAllowList { get; init; } = "";

    /// <summary>Digits of a one-time code (<c>GOTRUE_MAILER_OTP_LENGTH</c>).</summary>
    public int OtpLength { get; init; } = 6;

    /// <summary>Seconds that a one-time code or link is good for (<c>GOTRUE_MAILER_OTP_EXP</c>).</summary>
    public int OtpExpiry { get; init; } = 3600;

    /// <summary>Seconds in which a sign-in must come back from another provider, and a PKCE code must be redeemed (<c>GOTRUE_EXTERNAL_FLOW_STATE_EXPIRY_DURATION</c>).</summary>
    public int FlowStateExpiry { get; init; } = 300;

    /// <summary>
    /// New e-mail addresses count as confirmed at once (<c>GOTRUE_MAILER_AUTOCONFIRM</c>), so that a sign-up is a sign-in: handy in development, and
    /// the default. Turn it off where mail is sent (<see cref="Mail"/>): then whoever signs up proves the address first.
    /// </summary>
    public bool AutoConfirm { get; init; } = true;

    /// <summary>No one may sign up (<c>GOTRUE_DISABLE_SIGNUP</c>); the service role still makes users.</summary>
    public bool DisableSignup { get; init; }

    /// <summary>People may sign in without naming themselves (<c>GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED</c>).</summary>
    public bool AnonymousUsers { get; init; } = true;

    /// <summary>Fewest characters of a password (<c>GOTRUE_PASSWORD_MIN_LENGTH</c>).</summary>
    public int PasswordMinLength { get; init; } = 6;

    /// <summary>
    /// Sets of characters that a password must have one of each of, separated by colons (<c>GOTRUE_PASSWORD_REQUIRED_CHARACTERS</c>):
    /// <c>abcdefghijklmnopqrstuvwxyz:0123456789</c>. <c>\:</c> is a colon.
    /// </summary>
    public string PasswordRequiredCharacters { get; init; } = "";

    /// <summary>Seconds after its use during which a refresh token may come again, for clients that race (<c>GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL</c>).</summary>
    public int RefreshTokenReuseInterval { get; init; } = 10;

    /// <summary>Seconds after which a session ends whatever is refreshed (<c>GOTRUE_SESSIONS_TIMEBOX</c>). 0: never.</summary>
    public long SessionTimebox { get; init; }

    /// <summary>Seconds without a refresh after which a session ends (<c>GOTRUE_SESSIONS_INACTIVITY_TIMEOUT</c>). 0: never.</summary>
    public long SessionInactivityTimeout { get; init; }

    /// <summary>A new sign-in ends the user's other sessions (<c>GOTRUE_SESSIONS_SINGLE_PER_USER</c>).</summary>
    public bool SingleSessionPerUser { get; init; }

    /// <summary>Tags of sessions, comma list (<c>GOTRUE_SESSIONS_TAGS</c>): a single session per user is then one of each tag. What writes <c>auth.sessions.tag</c> is a trigger of yours.</summary>
    public string SessionTags { get; init; } = "";

    /// <summary>Seconds after which someone who has a second factor must have proved it in the session (<c>GOTRUE_SESSIONS_ALLOW_LOW_AAL</c>). 0: never.</summary>
    public long SessionAllowLowAal { get; init; }

    /// <summary>How much one address or account may ask for.</summary>
    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>Functions of the database's, and programs of yours, that take part.</summary>
    public HookOptions Hook { get; init; } = new();

    /// <summary>
    /// Whoever signed in more than a day ago changes the password with a code from <c>/reauthenticate</c>
    /// (<c>GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION</c>).
    /// </summary>
    public bool UpdatePasswordRequireReauthentication { get; init; }

    /// <summary>Mail.</summary>
    public MailOptions Mail { get; init; } = new();

    /// <summary>People who are signed in may add and give up ways in: <c>linkIdentity</c>, <c>unlinkIdentity</c> (<c>GOTRUE_SECURITY_MANUAL_LINKING_ENABLED</c>).</summary>
    public bool ManualLinking { get; init; } = true;

    /// <summary>Built-in providers of accounts.</summary>
    public ExternalOptions External { get; init; } = new();

    /// <summary>Providers of accounts beside those.</summary>
    public CustomProviderOptions CustomProviders { get; init; } = new();

    /// <summary>Phone numbers and text messages.</summary>
    public SmsOptions Sms { get; init; } = new();

    /// <summary>Second factors.</summary>
    public MfaOptions Mfa { get; init; } = new();

    /// <summary>Whether somebody carries text messages.</summary>
    internal bool SendsTexts => Sms.Provider.Length > 0 || Hook.SendSmsUri.Length > 0;

    /// <summary>Whether mail is sent, or handed to a hook that sends it.</summary>
    internal bool SendsMail => Mail.Smtp.Host.Length > 0 || Hook.SendEmailUri.Length > 0;

    /// <summary>Channels whose messages are kept to be looked at: none as soon as mail is sent, which is when others come.</summary>
    internal string[] KeptChannels => SendsMail || !Mail.DevInbox ? [] : [Channel.Email, .. SendsTexts ? [] : Channel.OfPhones];
}
