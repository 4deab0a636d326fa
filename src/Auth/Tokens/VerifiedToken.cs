using Hedgerow.Postgres;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// A token whose signature is good, together with what remains to be asked of the clock. What it says never changes, so that the cache hands
/// out one and the same <see cref="Identity"/> for every request that carries the token.
/// </summary>
public sealed class VerifiedToken
{
    /// <summary>Seconds that a clock may differ from ours (PostgREST, JWT Claims Validation).</summary>
    public const int AllowedSkew = 30;

    private long _lastTurn = long.MinValue;

    private static readonly Identity s_expired = new(JwtErrors.Expired);
    private static readonly Identity s_notYetValid = new(JwtErrors.NotYetValid);
    private static readonly Identity s_issuedInTheFuture = new(JwtErrors.IssuedInTheFuture);

    /// <summary>The caller that the token names, or the flaw in its claims that no passing of time can mend.</summary>
    public required Identity Identity { get; init; }

    /// <summary>The session it belongs to (claim <c>session_id</c>); null in keys and in tokens made elsewhere.</summary>
    public Guid? Session { get; init; }

    /// <summary><c>exp</c>, seconds since 1970; null where absent.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary><c>nbf</c>, seconds since 1970; null where absent.</summary>
    public long? NotBefore { get; init; }

    /// <summary><c>iat</c>, seconds since 1970; null where absent.</summary>
    public long? IssuedAt { get; init; }

    /// <summary>True for one caller in each <paramref name="interval"/>; both in milliseconds of a clock that only goes forward.</summary>
    public bool TakesTurn(long now, long interval)
    {
        var last = Volatile.Read(ref _lastTurn);
        return (last == long.MinValue || now - last >= interval) && Interlocked.CompareExchange(ref _lastTurn, now, last) == last;
    }

    /// <summary>Who the token makes its bearer at <paramref name="now"/> (seconds since 1970).</summary>
    public Identity At(long now)
    {
        if (ExpiresAt < now - AllowedSkew) return s_expired;
        if (NotBefore > now + AllowedSkew) return s_notYetValid;
        if (IssuedAt > now + AllowedSkew) return s_issuedInTheFuture;
        return Identity;
    }
}
