namespace Hedgerow.Auth;

/// <summary>Signing up and in. Section <c>Auth</c>; the names and meanings are GoTrue's.</summary>
public sealed record AuthOptions
{
    /// <summary>Where links in mails lead unless the request says otherwise.</summary>
    public string SiteUrl { get; init; } = "http://localhost:3000";

    /// <summary>New e-mail addresses count as confirmed at once (<c>GOTRUE_MAILER_AUTOCONFIRM</c>).</summary>
    public bool AutoConfirm { get; init; } = true;

    /// <summary>No one may sign up (<c>GOTRUE_DISABLE_SIGNUP</c>); the service role still makes users.</summary>
    public bool DisableSignup { get; init; }

    /// <summary>Fewest characters of a password (<c>GOTRUE_PASSWORD_MIN_LENGTH</c>).</summary>
    public int PasswordMinLength { get; init; } = 6;

    /// <summary>Seconds after its use during which a refresh token may come again, for clients that race (<c>GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL</c>).</summary>
    public int RefreshTokenReuseInterval { get; init; } = 10;
}
