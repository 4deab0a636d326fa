using System.Text.Json;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Http;

/// <summary>
/// The room's refusals, with GoTrue's status, <c>error_code</c> (the error's code) and wording, which clients match on.
/// Source: supabase/auth, internal/api/apierrors/errorcode.go; auth-openapi.yaml.
/// </summary>
public static class AuthErrors
{
    public static ApiError NoAuthorization { get; } = new(401, "no_authorization", "This endpoint requires a valid Bearer token");
    public static ApiError MissingSubject { get; } = new(403, "bad_jwt", "invalid claim: missing sub claim");
    public static ApiError MalformedSubject { get; } = new(400, "bad_jwt", "invalid claim: sub claim must be a UUID");
    public static ApiError UserOfTokenGone { get; } = new(403, "user_not_found", "User from sub claim in JWT does not exist");
    public static ApiError SessionOfTokenGone { get; } = new(403, "session_not_found", "Session from session_id claim in JWT does not exist");
    public static ApiError NotAdmin { get; } = new(403, "not_admin", "User not allowed");

    public static ApiError AppMetadataIsNotOnesOwn { get; } = new(403, "not_admin", "Updating app_metadata requires admin privileges");

    public static ApiError SignupDisabled { get; } = new(422, "signup_disabled", "Signups not allowed for this instance");
    public static ApiError SignupWantsPassword { get; } = new(400, "validation_failed", "Signup requires a valid password");
    public static ApiError AnonymousDisabled { get; } = new(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
    public static ApiError PhoneDisabled { get; } = new(400, "phone_provider_disabled", "Phone signups are disabled");
    public static ApiError PhoneMalformed { get; } = new(400, "validation_failed", "Invalid phone number format (E.164 required)");
    public static ApiError PhoneNotConfirmed { get; } = new(400, "phone_not_confirmed", "Phone not confirmed");
    public static ApiError EmailMalformed { get; } = new(400, "validation_failed", "Unable to validate email address: invalid format");
    public static ApiError UserExists { get; } = new(422, "user_already_exists", "User already registered");
    public static ApiError EmailExists { get; } = new(422, "email_exists", "A user with this email address has already been registered");
    public static ApiError PhoneExists { get; } = new(422, "phone_exists", "A user with this phone number has already been registered");
    public static ApiError PasswordOfAnonymous { get; } =
        new(422, "validation_failed", "Updating password of an anonymous user without an email or phone is not allowed");
    public static ApiError SamePassword { get; } = new(422, "same_password", "New password should be different from the old password.");

    public static ApiError InvalidCredentials { get; } = new(400, "invalid_credentials", "Invalid login credentials");
    public static ApiError EmailNotConfirmed { get; } = new(400, "email_not_confirmed", "Email not confirmed");
    public static ApiError Banned { get; } = new(403, "user_banned", "User is banned");
    public static ApiError UnsupportedGrant { get; } = new(400, "invalid_credentials", "unsupported_grant_type");

    /// <summary>What is not there is refused as GoTrue refuses it where it is turned off; the official client has methods for it.</summary>
    public static ApiError Web3Disabled { get; } = new(422, "web3_provider_disabled", "Web3 provider is disabled");
    public static ApiError SamlDisabled { get; } = new(404, "saml_provider_disabled", "SAML 2.0 is disabled");

    public static ApiError RefreshTokenMissing { get; } = new(400, "validation_failed", "refresh_token required");
    public static ApiError RefreshTokenUnknown { get; } = new(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
    public static ApiError RefreshTokenUsed { get; } = new(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
    public static ApiError RefreshOfBanned { get; } = new(400, "user_banned", "Invalid Refresh Token: User Banned");

    public static ApiError OtpDisabled { get; } = new(422, "otp_disabled", "Signups not allowed for otp");
    public static ApiError CodeExpired { get; } = new(403, "otp_expired", "Token has expired or is invalid");
    public static ApiError NonceInvalid { get; } = new(422, "reauthentication_not_valid", "Nonce has expired or is invalid");
    public static ApiError ReauthenticationNeeded { get; } = new(400, "reauthentication_needed", "Password update requires reauthentication");
    public static ApiError LinkExpired { get; } = new(403, "otp_expired", "Email link is invalid or has expired");

    public static ApiError UserNotFound { get; } = new(404, "user_not_found", "User not found");
    public static ApiError UserIdMalformed { get; } = new(404, "validation_failed", "user_id must be an UUID");

    /// <summary>What the token's verifier says, in GoTrue's wording.</summary>
    public static ApiError BadToken(ApiError reason) =>
        new(403, "bad_jwt", $"invalid JWT: unable to parse or verify signature, {reason.Message}");

    /// <summary>A session that is over by its own rules; GoTrue says which.</summary>
    public static ApiError SessionExpired(string reason) => new(400, "session_expired", reason switch
    {
        "inactive" => "Invalid Refresh Token: Session Expired (Inactivity)",
        "unproved" => "Invalid Refresh Token: Session Expired (Low AAL: User Needs MFA Verification)",
        _ => "Invalid Refresh Token: Session Expired",
    });

    /// <summary>The address was written to a moment ago.</summary>
    public static ApiError TooManyMails(int seconds) =>
        new(429, "over_email_send_rate_limit", $"For security purposes, you can only request this after {seconds} seconds.")
        {
            Headers = [new("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture))],
        };

    /// <summary>A number was written to a moment ago.</summary>
    public static ApiError TooManyTexts(int seconds) =>
        new(429, "over_sms_send_rate_limit", $"For security purposes, you can only request this after {seconds} seconds.");

    public static ApiError BadJson(string reason) => new(400, "bad_json", $"Could not parse request body as JSON: {reason}");

    public static ApiError Invalid(string message) => new(400, "validation_failed", message);

    /// <summary>A password that breaks rules.</summary>
    public static ApiError WeakPassword(PasswordWeakness weakness) =>
        new(422, "weak_password", weakness.Message) { DetailsJson = JsonSerializer.Serialize(new { reasons = weakness.Reasons }) };
}
