using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Sessions;

/// <summary><c>POST /logout?scope=global|local|others</c>: ends sessions; their refresh tokens go with them.</summary>
public sealed class Logout(AuthDatabase database)
{
    private const string Global = "delete from auth.sessions where user_id = @user";
    private const string Local = "delete from auth.sessions where user_id = @user and id = @session";
    private const string Others = "delete from auth.sessions where user_id = @user and id is distinct from @session";

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        var scope = request.Query("scope");
        var sql = scope switch { "" or "global" => Global, "local" => Local, "others" => Others, _ => null };
        if (sql is null) return AuthErrors.Invalid($"Unsupported logout scope \"{scope}\"");
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error)) return error;
        await transaction.ExecuteAsync(sql, new { user = caller.User.Id, session = caller.Session });
        await AuditLog.WriteAsync(transaction, request, AuditAction.Logout, caller.User, new { scope = scope.Length == 0 ? "global" : scope });
        await transaction.CommitAsync();
        return Reply.Empty;
    }
}
