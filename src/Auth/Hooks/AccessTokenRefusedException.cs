using Hedgerow.Postgres;

namespace Hedgerow.Auth.Hooks;

/// <summary>
/// A hook refused an access token, or failed: no mistake of the caller's, and nothing of what led to the token may stay. The route answers
/// <see cref="Refusal"/> once the transaction is rolled back.
/// </summary>
public sealed class AccessTokenRefusedException(ApiError refusal, Exception? cause = null) : Exception(refusal.Message, cause)
{
    public ApiError Refusal { get; } = refusal;
}
