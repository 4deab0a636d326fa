using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Users;

/// <summary>Reads users.</summary>
public static class UserRows
{
    /// <summary>The columns of <see cref="User"/> that are <c>auth.users u</c>'s own.</summary>
    public const string OwnColumns = """
        u.id, u.aud, u.role, u.email, u.phone, u.email_confirmed_at, u.phone_confirmed_at, u.confirmed_at, u.invited_at,
        u.confirmation_sent_at, u.recovery_sent_at, u.reauthentication_sent_at, u.email_change, u.email_change_sent_at,
        u.phone_change, u.phone_change_sent_at, u.last_sign_in_at, u.banned_until, u.created_at, u.updated_at, u.deleted_at, u.is_anonymous,
        coalesce(u.raw_app_meta_data, '{}')::text as app_metadata,
        coalesce(u.raw_user_meta_data, '{}')::text as user_metadata
        """;

    /// <summary>All columns of <see cref="User"/>, from <c>auth.users u</c>.</summary>
    public static readonly string Columns = $"{OwnColumns}, {AttachedColumns("u.id")}";

    private static readonly string s_byId = ByIdSql("@id");
    private static readonly string s_byIdEvenDeleted = $"select {Columns} from auth.users u where u.id = @id";
    private static readonly string s_byEmail = $"select {Columns} from auth.users u where u.email = @email and not u.is_sso_user and u.deleted_at is null";
    private static readonly string s_byPhone = $"select {Columns} from auth.users u where u.phone = @phone and not u.is_sso_user and u.deleted_at is null";

    /// <summary>The statement that reads one user, for those that read it along with the rest.</summary>
    /// <param name="id">An expression.</param>
    public static string ByIdSql(string id) => $"select {Columns} from auth.users u where u.id = {id} and u.deleted_at is null";

    /// <summary>Those of its columns that stand in other tables: identities and factors, as JSON.</summary>
    /// <param name="user">An expression for the user's id.</param>
    public static string AttachedColumns(string user) => $"""
        array_to_json(array(
          select json_build_object(
            'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'identity_data', i.identity_data, 'provider', i.provider,
            'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at, 'updated_at', i.updated_at, 'email', i.email)
          from auth.identities i where i.user_id = {user} order by i.created_at, i.id))::text as identities,
        array_to_json(array(
          select json_strip_nulls(json_build_object(
            'id', f.id, 'friendly_name', f.friendly_name, 'factor_type', f.factor_type, 'status', f.status, 'phone', f.phone,
            'created_at', f.created_at, 'updated_at', f.updated_at, 'last_challenged_at', f.last_challenged_at))
          from auth.mfa_factors f where f.user_id = {user} order by f.created_at, f.id))::text as factors
        """;

    public static Task<User?> FindAsync(AuthTransaction transaction, Guid id) => transaction.OneAsync<User>(s_byId, new { id });

    /// <summary>Also where only the row is left of them (soft deletion), as administrators see them.</summary>
    public static Task<User?> FindEvenDeletedAsync(AuthTransaction transaction, Guid id) => transaction.OneAsync<User>(s_byIdEvenDeleted, new { id });

    /// <param name="email">Normalised (<see cref="EmailAddress"/>).</param>
    public static Task<User?> FindByEmailAsync(AuthTransaction transaction, string email) => transaction.OneAsync<User>(s_byEmail, new { email });

    /// <param name="phone">Normalised (<see cref="PhoneNumber"/>).</param>
    public static Task<User?> FindByPhoneAsync(AuthTransaction transaction, string phone) => transaction.OneAsync<User>(s_byPhone, new { phone });
}
