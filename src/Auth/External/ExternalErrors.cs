using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External;

/// <summary>
/// Refusals about providers: GoTrue's codes and wording (supabase/auth, internal/api/external.go, external_oauth.go, token_oidc.go). Where GoTrue
/// answers 500 because a provider failed, it is 502 here: nothing is wrong with this server.
/// </summary>
public static class ExternalErrors
{
    public static ApiError NotEnabled { get; } = Unsupported("provider is not enabled");
    public static ApiError CustomDisabled { get; } = Unsupported("custom OAuth providers are disabled");

    public static ApiError StateMissing { get; } = new(400, "bad_oauth_callback", "OAuth state parameter missing");
    public static ApiError StateMalformed { get; } = new(400, "bad_oauth_state", "OAuth state parameter is invalid");
    public static ApiError StateUnknown { get; } = new(400, "bad_oauth_state", "OAuth state not found or expired");
    public static ApiError StateExpired { get; } = new(400, "bad_oauth_state", "OAuth state has expired");
    public static ApiError StateUsed { get; } = new(400, "flow_state_already_used", "State has already been used");
    public static ApiError CodeMissing { get; } = new(400, "bad_oauth_callback", "OAuth callback with missing authorization code missing");

    /// <summary>Another provider answered than the one that was asked (RFC 9207).</summary>
    public static ApiError WrongIssuer { get; } = new(400, "bad_oauth_callback", "OAuth callback came from another issuer than the one that was asked");

    public static ApiError Unreachable { get; } = new(502, "unexpected_failure", "The external provider cannot be reached or does not answer as it should");
    public static ApiError NoEmail { get; } = new(502, "unexpected_failure", "Error getting user email from external provider");

    public static ApiError IdTokenMissing { get; } = AuthErrors.Invalid("id_token required");
    public static ApiError ProviderMissing { get; } = AuthErrors.Invalid("provider or client_id and issuer required");
    public static ApiError NonceOneSided { get; } = AuthErrors.Invalid("Passed nonce and nonce in id_token should either both exist or not.");
    public static ApiError NonceMismatch { get; } = AuthErrors.Invalid("Nonces mismatch");
    public static ApiError LinkingWantsUser { get; } = AuthErrors.Invalid("Linking requires a valid user access token in Authorization");

    public static ApiError Unsupported(string why) => AuthErrors.Invalid($"Unsupported provider: {why}");

    public static ApiError IdTokenUnsupported(string provider) => AuthErrors.Invalid($"Custom OIDC provider \"{provider}\" not allowed");

    public static ApiError ProviderDisabled(string provider) => new(400, "provider_disabled", $"Provider \"{provider}\" is not enabled");

    /// <summary>The code may be logged by whoever sees the message, so only its beginning is told (GoTrue).</summary>
    public static ApiError CodeRefused(string code) =>
        new(502, "unexpected_failure", $"Unable to exchange external code: {code[..Math.Min(4, code.Length)]}");

    public static ApiError ProfileUnusable(string why) => new(502, "unexpected_failure", $"Error getting user profile from external provider: {why}");

    /// <summary>An id_token that proves nothing.</summary>
    public static ApiError BadIdToken(string why) => AuthErrors.Invalid($"Bad ID token: {why}");
}
