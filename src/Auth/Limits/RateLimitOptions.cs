namespace Hedgerow.Auth.Limits;

/// <summary>
/// How much one address or account may ask for. Section <c>Auth:RateLimits</c>; counted in the database, so that all replicas count together.
/// The address is the socket's, or what <c>Gateway:TrustedProxies</c> say; of an IPv6 address the first 64 bits count, since its holder has all the
/// others. The machine's own addresses are not limited: behind them stands a developer, or a proxy that nobody has named, and then one
/// person would use up everybody's share (GoTrue limits nothing without <c>GOTRUE_RATE_LIMIT_HEADER</c>). 0 lifts a limit.
/// </summary>
public sealed record RateLimitOptions
{
    /// <summary>Sign-ins and refreshes per address in five minutes (<c>GOTRUE_RATE_LIMIT_TOKEN_REFRESH</c>; Supabase's value for a project).</summary>
    public int Token { get; init; } = 150;

    /// <summary>Sign-ins at other providers begun per address in five minutes. Hedgerow's own.</summary>
    public int Authorize { get; init; } = 150;

    /// <summary>Sign-ups per address in five minutes (<c>GOTRUE_RATE_LIMIT_OTP</c>).</summary>
    public int SignUp { get; init; } = 30;

    /// <summary>Anonymous sign-ins per address in an hour (<c>GOTRUE_RATE_LIMIT_ANONYMOUS_USERS</c>).</summary>
    public int AnonymousUsers { get; init; } = 30;

    /// <summary>Codes and links tried per address in five minutes (<c>GOTRUE_RATE_LIMIT_VERIFY</c>).</summary>
    public int Verify { get; init; } = 30;

    /// <summary>Codes and links asked for, and changes of one's account, per address in five minutes, each kind by itself (<c>GOTRUE_RATE_LIMIT_OTP</c>).</summary>
    public int Otp { get; init; } = 30;

    /// <summary>Text messages in an hour, to all numbers together (<c>GOTRUE_RATE_LIMIT_SMS_SENT</c>). Messages that are only shown count for nothing.</summary>
    public int SmsSent { get; init; } = 30;

    /// <summary>Passwords tried per account in five minutes, known or not, from wherever they come. Hedgerow's own.</summary>
    public int PasswordsPerAccount { get; init; } = 100;
}
