using Hedgerow.Postgres;

namespace Hedgerow.Auth.Identities;

/// <summary>Refusals about identities: GoTrue's status, code and wording (supabase/auth, internal/api/identity.go, external.go).</summary>
public static class IdentityErrors
{
    public static ApiError LinkingDisabled { get; } = new(404, "manual_linking_disabled", "Manual linking is disabled");
    public static ApiError AlreadyLinked { get; } = new(422, "identity_already_exists", "Identity is already linked");
    public static ApiError LinkedToAnother { get; } = new(422, "identity_already_exists", "Identity is already linked to another user");
    public static ApiError TargetGone { get; } = new(422, "user_not_found", "Linking target user not found");
    public static ApiError IdMalformed { get; } = new(404, "validation_failed", "identity_id must be an UUID");
    public static ApiError NotFound { get; } = new(422, "identity_not_found", "Identity doesn't exist");
    public static ApiError LastOne { get; } = new(422, "single_identity_not_deletable", "User must have at least 1 identity after unlinking");
    public static ApiError EmailConflict { get; } = new(422, "email_conflict_identity_not_deletable", "Unable to unlink identity due to email conflict");

    /// <summary>GoTrue answers 500; the data is at fault, and whoever asks can do something about it.</summary>
    public static ApiError Ambiguous { get; } =
        new(409, "conflict", "Multiple accounts with the same email address in the same linking domain detected: default");

    public static ApiError InviteNotFound { get; } = new(404, "invite_not_found", "Invite not found");
    public static ApiError InviteOfAnother { get; } = new(400, "validation_failed", "Invited email does not match emails from external provider");

    public static ApiError ProofSent(string provider) => new(
        422, "provider_email_needs_verification", $"Unverified email with {provider}. A confirmation email has been sent to your {provider} email");

    public static ApiError Unverified(string provider) =>
        new(422, "provider_email_needs_verification", $"Unverified email with {provider}. Verify the email with {provider} in order to sign in");
}
