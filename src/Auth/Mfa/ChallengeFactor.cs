using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary><c>POST /factors/{factorId}/challenge</c>: asks for a code. Only the address that asked may answer.</summary>
public sealed class ChallengeFactor(AuthDatabase database, AttemptLimit limit, MfaOptions options)
{
    // last_challenged_at is unique over all factors, and now() is one moment for a whole transaction. Challenges are kept for a day, as
    // GoTrue's cleanup keeps them.
    private const string Insert = """
        with outdated as (
          delete from auth.mfa_challenges where factor_id = @factor and created_at < now() - interval '1 day'),
        asked as (
          update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = @factor)
        insert into auth.mfa_challenges (id, factor_id, created_at, ip_address) values (@id, @factor, now(), coalesce(@address::inet, '0.0.0.0'))
        returning extract(epoch from created_at)::bigint + @expiry
        """;

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        await limit.TakeChallengeAsync(request, cancellation);
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FactorOwner.FindAsync(transaction, request)).Ok(out var owner, out var error)) return error;
        if (!(await FactorRows.FindAsync(transaction, request, owner.User.Id)).Ok(out var factor, out error)) return error;
        if (VerifyFactor.Disabled(factor, options) is { } disabled) return disabled;

        var id = Guid.NewGuid();
        var expiresAt = await transaction.OneAsync<long>(
            Insert, new { id, factor = factor.Id, address = request.Address?.ToString(), expiry = options.ChallengeExpiry });
        await AuditLog.WriteAsync(transaction, request, AuditAction.ChallengeCreated, owner.User, new { factor_id = factor.Id, factor_status = factor.Status });
        await transaction.CommitAsync();
        return Reply.Object(json =>
        {
            json.WriteString("id", id);
            json.WriteString("type", factor.FactorType);
            json.WriteNumber("expires_at", expiresAt);
        });
    }
}
