namespace Hedgerow.Auth.Hooks;

/// <summary>
/// Hooks: functions of the database's, or programs of yours, that take part. Section <c>Auth:Hook</c>; names and forms are GoTrue's (<c>GOTRUE_HOOK_…</c>;
/// supabase.com/docs/guides/auth/auth-hooks).
/// </summary>
/// <remarks>
/// A <c>…Uri</c> is <c>pg-functions://postgres/schema/function</c>, a function that takes and returns <c>jsonb</c> and runs as the role
/// <c>supabase_auth_admin</c>, which may do what was granted to it and nothing else; or <c>https://…</c>, which is sent the same JSON, signed by Standard
/// Webhooks with the <c>…Secrets</c>: <c>v1,whsec_&lt;base64&gt;</c>, several separated by <c>|</c>. Empty: none. Where a hook that decides fails, what it should have
/// decided is refused.
/// </remarks>
public sealed record HookOptions
{
    /// <summary>May change the claims of each access token.</summary>
    public string CustomAccessTokenUri { get; init; } = "";
    public string CustomAccessTokenSecrets { get; init; } = "";

    /// <summary>
    /// May refuse new users, whichever way they come, invitations included; not those of <c>/admin/users</c>. A sign-up whose address must be confirmed asks it for
    /// addresses that are known as well, so that neither answer nor time tells which they are.
    /// </summary>
    public string BeforeUserCreatedUri { get; init; } = "";
    public string BeforeUserCreatedSecrets { get; init; } = "";

    /// <summary>Is told of each password that is tried for somebody who is there, and may refuse the sign-in. The time that it takes tells known addresses from unknown ones.</summary>
    public string PasswordVerificationAttemptUri { get; init; } = "";
    public string PasswordVerificationAttemptSecrets { get; init; } = "";

    /// <summary>Is told of each second factor that is tried, and may refuse it; whoever is refused is signed out everywhere.</summary>
    public string MfaVerificationAttemptUri { get; init; } = "";
    public string MfaVerificationAttemptSecrets { get; init; } = "";

    /// <summary>
    /// Text messages are handed to it, in place of a provider. They are queued first, so that none is lost; a hook that cannot be reached, or answers 429 or
    /// 5xx, is asked again.
    /// </summary>
    public string SendSmsUri { get; init; } = "";
    public string SendSmsSecrets { get; init; } = "";

    /// <summary>What would be written in mails is handed to it, in place of an SMTP server; queued in the same way.</summary>
    public string SendEmailUri { get; init; } = "";
    public string SendEmailSecrets { get; init; } = "";

    /// <summary>Milliseconds that a function of the database's may take.</summary>
    public int TimeoutMilliseconds { get; init; } = 2000;

    /// <summary>Milliseconds that an address may take to answer, all tries together.</summary>
    public int HttpTimeoutMilliseconds { get; init; } = 5000;

    /// <summary>Every hook, with the name of its setting.</summary>
    public IEnumerable<(string Name, string Uri, string Secrets)> All =>
    [
        ("CustomAccessToken", CustomAccessTokenUri, CustomAccessTokenSecrets),
        ("BeforeUserCreated", BeforeUserCreatedUri, BeforeUserCreatedSecrets),
        ("PasswordVerificationAttempt", PasswordVerificationAttemptUri, PasswordVerificationAttemptSecrets),
        ("MfaVerificationAttempt", MfaVerificationAttemptUri, MfaVerificationAttemptSecrets),
        ("SendSms", SendSmsUri, SendSmsSecrets),
        ("SendEmail", SendEmailUri, SendEmailSecrets),
    ];
}
