using Hedgerow.Postgres;

namespace Hedgerow.Auth.Data;

/// <summary>
/// A refusal from deep within a transaction: a hook said no, or failed; the user is gone. Nothing of what led there may stay. The route answers
/// <see cref="Refusal"/> once the transaction is rolled back.
/// </summary>
public sealed class RefusedException(ApiError refusal, Exception? cause = null) : Exception(refusal.Message, cause)
{
    public ApiError Refusal { get; } = refusal;
}
