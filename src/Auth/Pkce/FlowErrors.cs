using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Pkce;

/// <summary>Refusals about flows: GoTrue's status, code and wording (supabase/auth, internal/api/token.go).</summary>
public static class FlowErrors
{
    public static ApiError Incomplete { get; } = AuthErrors.Invalid("invalid request: both auth code and code verifier should be non-empty");
    public static ApiError NotFound { get; } = new(404, "flow_state_not_found", "invalid flow state, no valid flow state found");
    public static ApiError Expired { get; } = new(422, "flow_state_expired", "invalid flow state, flow state has expired");

    /// <summary>What the provider gave was encrypted with another <c>Encryption:PrivateKey</c>.</summary>
    public static ApiError Unreadable { get; } = new(422, "flow_state_expired", "invalid flow state, what the provider gave can no longer be read: sign in again");

    public static ApiError BadVerifier { get; } = new(400, "bad_code_verifier", "code challenge does not match previously saved code verifier");
}
