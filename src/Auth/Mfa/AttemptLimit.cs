using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;

namespace Hedgerow.Auth.Mfa;

/// <summary>How often an account may be challenged and try codes.</summary>
public sealed class AttemptLimit(RateLimits limits, MfaOptions options)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    public Task TakeChallengeAsync(AuthRequest request, CancellationToken cancellation) => UserOf(request) is { } user
        ? limits.TakeAsync([new($"auth:mfa:challenge:{user}", options.RateLimit, s_minute)], cancellation)
        : Task.CompletedTask;

    public Task TakeVerificationAsync(AuthRequest request, CancellationToken cancellation) => UserOf(request) is { } user
        ? limits.TakeAsync(
            [new($"auth:mfa:verify:{user}", options.RateLimit, s_minute), new($"auth:mfa:verify:day:{user}", options.DailyAttempts, s_day)], cancellation)
        : Task.CompletedTask;

    /// <summary>The token's user; a request without one is refused later and costs nobody a try.</summary>
    private static Guid? UserOf(AuthRequest request) =>
        request.Claims().Ok(out var claims, out _) && Guid.TryParse(claims.Subject, out var user) ? user : null;
}
