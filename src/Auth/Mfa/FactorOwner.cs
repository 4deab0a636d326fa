using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary>A signed-in person at their own factors.</summary>
/// <param name="IsAal2">What the session is worth now. A token may be older than a factor's end, so the row counts, not the claim.</param>
public sealed record FactorOwner(User User, Guid Session, bool IsAal2)
{
    private const string Standing = "select aal::text from auth.sessions where id = @session";

    /// <summary>Locks the user's row until the transaction ends.</summary>
    public static async Task<Result<FactorOwner>> FindAsync(AuthTransaction transaction, AuthRequest request)
    {
        if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error)) return error;
        if (caller.User.IsAnonymous) return MfaErrors.AnonymousUser;
        // A token that was made elsewhere names no session that could be raised.
        if (caller.Session is not { } session) return AuthErrors.SessionOfTokenGone;
        await FactorRows.LockAsync(transaction, caller.User.Id);
        return new FactorOwner(caller.User, session, await transaction.OneAsync<string>(Standing, new { session }) == "aal2");
    }
}
