using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary>Reads factors, and takes them away.</summary>
public static class FactorRows
{
    private const string Columns = """
        id, coalesce(friendly_name, '') as friendly_name, factor_type::text as factor_type, status::text as status, secret, phone as phone_number,
        created_at, updated_at, last_challenged_at, last_totp_step
        """;

    private const string OfUser = $"select {Columns} from auth.mfa_factors where user_id = @user order by created_at, id";
    private const string One = $"select {Columns} from auth.mfa_factors where id = @id and user_id = @user";

    /// <summary>
    /// Whoever changes an account's factors holds its user's row first: two of them never wait for each other's sessions, and neither
    /// counts what the other is about to add.
    /// </summary>
    private const string LockUser = "select true from auth.users where id = @user for no key update";

    // Sessions that this factor raised fall back to what their first factor proved.
    private const string Remove = """
        with lowered as (
          update auth.sessions set aal = 'aal1', factor_id = null, updated_at = now() where user_id = @user and factor_id = @id
          returning id),
        forgotten as (
          delete from auth.mfa_amr_claims where session_id in (select id from lowered) and authentication_method = @method)
        delete from auth.mfa_factors where id = @id and user_id = @user
        """;

    public static Task LockAsync(AuthTransaction transaction, Guid user) => transaction.ExecuteAsync(LockUser, new { user });

    public static async Task<IReadOnlyList<Factor>> ListAsync(AuthTransaction transaction, Guid user) =>
        [.. await transaction.ManyAsync<Factor>(OfUser, new { user })];

    /// <summary>The factor that the path names, where it is this user's; another's is not found.</summary>
    public static async Task<Result<Factor>> FindAsync(AuthTransaction transaction, AuthRequest request, Guid user)
    {
        if (!Guid.TryParse(request.Route("factorId"), out var id)) return MfaErrors.FactorIdMalformed;
        return await transaction.OneAsync<Factor>(One, new { id, user }) is { } factor ? factor : MfaErrors.FactorNotFound;
    }

    public static Task RemoveAsync(AuthTransaction transaction, Guid user, Factor factor) =>
        transaction.ExecuteAsync(Remove, new { user, id = factor.Id, method = factor.Method });
}
