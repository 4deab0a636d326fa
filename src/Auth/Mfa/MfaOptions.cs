namespace Hedgerow.Auth.Mfa;

/// <summary>Second factors. Section <c>Auth:Mfa</c>; names and defaults are GoTrue's (<c>GOTRUE_MFA_…</c>) unless said otherwise.</summary>
public sealed record MfaOptions
{
    /// <summary>People may add authenticator apps (<c>GOTRUE_MFA_TOTP_ENROLL_ENABLED</c>).</summary>
    public bool TotpEnroll { get; init; } = true;

    /// <summary>Codes of authenticator apps are taken (<c>GOTRUE_MFA_TOTP_VERIFY_ENABLED</c>).</summary>
    public bool TotpVerify { get; init; } = true;

    /// <summary>People may add phone numbers as factors (<c>GOTRUE_MFA_PHONE_ENROLL_ENABLED</c>).</summary>
    public bool PhoneEnroll { get; init; }

    /// <summary>Codes of text messages are taken (<c>GOTRUE_MFA_PHONE_VERIFY_ENABLED</c>).</summary>
    public bool PhoneVerify { get; init; }

    /// <summary>Seconds between two messages to one factor (<c>GOTRUE_MFA_PHONE_MAX_FREQUENCY</c>). 0: no limit.</summary>
    public int PhoneMaxFrequency { get; init; } = 60;

    /// <summary>Factors that one person may have, unverified ones included.</summary>
    public int MaxEnrolledFactors { get; init; } = 10;

    /// <summary>Verified factors that one person may have.</summary>
    public int MaxVerifiedFactors { get; init; } = 10;

    /// <summary>Seconds that a challenge can be answered in (<c>GOTRUE_MFA_CHALLENGE_EXPIRY_DURATION</c>).</summary>
    public int ChallengeExpiry { get; init; } = 300;

    /// <summary>Seconds after which a factor that was never challenged counts as abandoned (<c>GOTRUE_MFA_FACTOR_EXPIRY_DURATION</c>).</summary>
    public int FactorExpiry { get; init; } = 300;

    /// <summary>Challenges, and codes tried, that one account may have in a minute (<c>GOTRUE_MFA_RATE_LIMIT_CHALLENGE_AND_VERIFY</c>, there per address).</summary>
    public int RateLimit { get; init; } = 15;

    /// <summary>
    /// Codes that one account may try in a day. Hedgerow's own: three codes of a million are right at any time, so at
    /// <see cref="RateLimit"/> alone a guesser who knows the password would be in within weeks.
    /// </summary>
    public int DailyAttempts { get; init; } = 200;
}
