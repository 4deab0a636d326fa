using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Sessions;

/// <summary><c>POST /logout?scope=global|local|others</c>: ends sessions; their refresh tokens go with them.</summary>
public sealed class Logout(AuthDatabase database)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        var scope = request.Query("scope");
        if (scope is not ("" or "global" or "local" or "others")) return AuthErrors.Invalid($"Unsupported logout scope \"{scope}\"");
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error)) return error;
        await (scope switch
        {
            "local" => SessionEnd.OneAsync(transaction, caller.User.Id, caller.Session),
            "others" => SessionEnd.OthersAsync(transaction, caller.User.Id, caller.Session),
            _ => SessionEnd.AllAsync(transaction, caller.User.Id),
        });
        await AuditLog.WriteAsync(transaction, request, AuditAction.Logout, caller.User, new { scope = scope.Length == 0 ? "global" : scope });
        await transaction.CommitAsync();
        return Reply.Empty;
    }
}
