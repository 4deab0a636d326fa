using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.SignIn;

/// <summary>A sign-up where addresses and numbers are taken at their word: the answer is a session, or that there is a user.</summary>
public sealed class DirectSignUp(AuthDatabase database, SessionStart sessions, UserHook hook)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, NewUser person, CancellationToken cancellation)
    {
        var method = person.Email is null ? SignInMethod.PhonePassword : SignInMethod.Password;
        await using var transaction = await database.BeginAsync(cancellation);
        var existing = person.Email is { } email ? await UserRows.FindByEmailAsync(transaction, email) : await UserRows.FindByPhoneAsync(transaction, person.Phone!);
        if (existing is not null)
        {
            await AuditLog.WriteAsync(transaction, request, AuditAction.RepeatedSignUp, existing, new { provider = method.Provider });
            await transaction.CommitAsync();
            return AuthErrors.UserExists;
        }
        await hook.AskAsync(transaction, request, person.Candidate);
        var user = await person.CreateAsync(transaction);
        await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, user, new { provider = method.Provider });
        var session = await sessions.StartAsync(transaction, request, user.Id, method);
        await transaction.CommitAsync();
        return session.ToReply();
    }
}
