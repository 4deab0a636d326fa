using Hedgerow.Auth.Data;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary>
/// Who has a second factor changes password and addresses with it: otherwise a stolen password, or a recovery mail, would be enough to
/// shut its owner out (GoTrue, internal/api/user.go).
/// </summary>
public static class CredentialGuard
{
    private const string NeedsAal2 = """
        select exists (select from auth.mfa_factors where user_id = @user and status = 'verified')
          and not exists (select from auth.sessions where id = @session and aal >= 'aal2')
        """;

    /// <summary>The refusal, or null where the caller has no second factor or has proved it in this session.</summary>
    public static async Task<ApiError?> RefusalAsync(AuthTransaction transaction, SignedIn caller) =>
        await transaction.OneAsync<bool>(NeedsAal2, new { user = caller.User.Id, session = caller.Session }) ? MfaErrors.CredentialsNeedAal2 : null;
}
