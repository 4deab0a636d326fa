using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary>Refusals about second factors: GoTrue's status, code and wording (supabase/auth, internal/api/mfa.go).</summary>
public static class MfaErrors
{
    public static ApiError AnonymousUser { get; } = new(403, "no_authorization", "Anonymous user not allowed to perform these actions");
    public static ApiError UnknownType { get; } = new(400, "validation_failed", "factor_type needs to be totp, phone, or webauthn");
    public static ApiError TotpEnrollDisabled { get; } = new(422, "mfa_totp_enroll_not_enabled", "MFA enroll is disabled for TOTP");
    public static ApiError TotpVerifyDisabled { get; } = new(422, "mfa_totp_verify_not_enabled", "MFA verification is disabled for TOTP");
    public static ApiError PhoneEnrollDisabled { get; } = new(422, "mfa_phone_enroll_not_enabled", "MFA enroll is disabled for Phone");
    public static ApiError PhoneVerifyDisabled { get; } = new(422, "mfa_phone_verify_not_enabled", "MFA verification is disabled for Phone");
    public static ApiError WebAuthnEnrollDisabled { get; } = new(422, "mfa_webauthn_enroll_not_enabled", "MFA enroll is disabled for WebAuthn");
    public static ApiError WebAuthnVerifyDisabled { get; } = new(422, "mfa_webauthn_verify_not_enabled", "MFA verification is disabled for WebAuthn");
    public static ApiError TooManyFactors { get; } =
        new(422, "too_many_enrolled_mfa_factors", "Maximum number of verified factors reached, unenroll to continue");
    public static ApiError IssuerTooLong { get; } = new(400, "validation_failed", "issuer is too long for a QR code");
    public static ApiError EnrollNeedsAal2 { get; } = new(403, "insufficient_aal", "AAL2 required to enroll a new factor");
    public static ApiError UnenrollNeedsAal2 { get; } = new(422, "insufficient_aal", "AAL2 required to unenroll verified factor");
    public static ApiError CredentialsNeedAal2 { get; } =
        new(401, "insufficient_aal", "AAL2 session is required to update email or password when MFA is enabled.");

    public static ApiError FactorIdMalformed { get; } = new(404, "validation_failed", "factor_id must be an UUID");
    public static ApiError FactorNotFound { get; } = new(404, "mfa_factor_not_found", "Factor not found");
    public static ApiError ChallengeNotFound { get; } = new(422, "mfa_factor_not_found", "MFA factor with the provided challenge ID not found");

    /// <summary>GoTrue says the same of a challenge that was answered already.</summary>
    public static ApiError AddressMismatch { get; } = new(422, "mfa_ip_address_mismatch", "Challenge and verify IP addresses mismatch.");

    public static ApiError PhoneMissing { get; } = new(400, "validation_failed", "Phone number required to enroll Phone factor");
    public static ApiError PhoneTaken { get; } =
        new(422, "mfa_verified_factor_exists", "A verified phone factor already exists, unenroll the existing factor to continue");
    public static ApiError WrongPhoneCode { get; } = new(422, "mfa_verification_failed", "Invalid MFA Phone code entered");
    public static ApiError CodeMissing { get; } = new(400, "validation_failed", "Code needs to be non-empty");
    public static ApiError WrongCode { get; } = new(422, "mfa_verification_failed", "Invalid TOTP code entered");

    /// <summary>The key of the configuration was changed, or taken away: no code is right, and only the service role can take the factor away.</summary>
    public static ApiError SecretUnreadable { get; } =
        new(422, "mfa_verification_failed", "The secret of this factor cannot be read any more. Have an administrator remove the factor, then enroll again.");

    public static ApiError RefusedByHook(string message) => new(403, "mfa_verification_rejected", message);

    public static ApiError NameConflict(string name) =>
        new(422, "mfa_factor_name_conflict", $"A factor with the friendly name \"{name}\" for this user already exists");

    public static ApiError ChallengeExpired(Guid challenge) =>
        new(422, "mfa_challenge_expired", $"MFA challenge {challenge} has expired, verify against another challenge or create a new challenge.");
}
