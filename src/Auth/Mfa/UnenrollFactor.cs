using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary><c>DELETE /factors/{factorId}</c>: takes a factor away. Sessions that it raised are aal1 from their next token on.</summary>
public sealed class UnenrollFactor(AuthDatabase database, Notices notices)
{
    public async Task<Result<Reply>> DeleteAsync(AuthRequest request, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FactorOwner.FindAsync(transaction, request)).Ok(out var owner, out var error)) return error;
        if (!(await FactorRows.FindAsync(transaction, request, owner.User.Id)).Ok(out var factor, out error)) return error;
        if (factor.IsVerified && !owner.IsAal2) return MfaErrors.UnenrollNeedsAal2;

        await FactorRows.RemoveAsync(transaction, owner.User.Id, factor);
        await AuditLog.WriteAsync(transaction, request, AuditAction.FactorUnenrolled, owner.User,
            new { factor_id = factor.Id, factor_status = factor.Status, session_id = owner.Session });
        if (factor.IsVerified) await notices.FactorUnenrolledAsync(transaction, owner.User, factor.FactorType);
        await transaction.CommitAsync();
        return Reply.Object(json => json.WriteString("id", factor.Id));
    }
}
