using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;

namespace Hedgerow.Auth.Mfa;

/// <summary>Counts what an account may do often: in the database, for all replicas, in a transaction of its own that stays whatever comes of the request.</summary>
public sealed class AttemptLimit(AuthDatabase database, MfaOptions options)
{
    private const string TakeChallenge = "select hedgerow.take_rate('auth:mfa:challenge:' || @user, @minute, '1 minute')";

    private const string TakeVerification = """
        select hedgerow.take_rate('auth:mfa:verify:' || @user, @minute, '1 minute'),
               hedgerow.take_rate('auth:mfa:verify:day:' || @user, @day, '1 day')
        """;

    public Task TakeChallengeAsync(AuthRequest request, CancellationToken cancellation) => TakeAsync(TakeChallenge, request, cancellation);

    public Task TakeVerificationAsync(AuthRequest request, CancellationToken cancellation) => TakeAsync(TakeVerification, request, cancellation);

    /// <summary>Counts for the token's user; a request without one is refused later and costs nobody a try.</summary>
    /// <exception cref="Npgsql.PostgresException">PT429: the limit is reached. The route answers it.</exception>
    private async Task TakeAsync(string sql, AuthRequest request, CancellationToken cancellation)
    {
        if (!request.Claims().Ok(out var claims, out _) || !Guid.TryParse(claims.Subject, out var user)) return;
        await using var transaction = await database.BeginAsync(cancellation);
        await transaction.ExecuteAsync(sql, new { user = user.ToString(), minute = options.RateLimit, day = options.DailyAttempts });
        await transaction.CommitAsync();
    }
}
