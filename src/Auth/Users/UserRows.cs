using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Users;

/// <summary>Reads users.</summary>
public static class UserRows
{
    /// <summary>The columns of <see cref="User"/>, from <c>auth.users u</c>.</summary>
    public const string Columns = """
        u.id, u.aud, u.role, u.email, u.phone, u.email_confirmed_at, u.phone_confirmed_at, u.confirmed_at, u.invited_at,
        u.confirmation_sent_at, u.recovery_sent_at, u.reauthentication_sent_at, u.email_change, u.email_change_sent_at,
        u.phone_change, u.phone_change_sent_at, u.last_sign_in_at, u.banned_until, u.created_at, u.updated_at, u.deleted_at, u.is_anonymous,
        coalesce(u.raw_app_meta_data, '{}')::text as app_metadata,
        coalesce(u.raw_user_meta_data, '{}')::text as user_metadata,
        (select coalesce(jsonb_agg(jsonb_build_object(
             'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'identity_data', i.identity_data, 'provider', i.provider,
             'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at, 'updated_at', i.updated_at, 'email', i.email)
             order by i.created_at, i.id), '[]')::text
         from auth.identities i where i.user_id = u.id) as identities,
        (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
             'id', f.id, 'friendly_name', f.friendly_name, 'factor_type', f.factor_type, 'status', f.status, 'phone', f.phone,
             'created_at', f.created_at, 'updated_at', f.updated_at, 'last_challenged_at', f.last_challenged_at))
             order by f.created_at, f.id), '[]')::text
         from auth.mfa_factors f where f.user_id = u.id) as factors
        """;

    private const string ById = $"select {Columns} from auth.users u where u.id = @id and u.deleted_at is null";
    private const string ByEmail = $"select {Columns} from auth.users u where u.email = @email and not u.is_sso_user and u.deleted_at is null";

    private const string ByPhone = $"select {Columns} from auth.users u where u.phone = @phone and not u.is_sso_user and u.deleted_at is null";

    public static Task<User?> FindAsync(AuthTransaction transaction, Guid id) => transaction.OneAsync<User>(ById, new { id });

    /// <param name="email">Normalised (<see cref="EmailAddress"/>).</param>
    public static Task<User?> FindByEmailAsync(AuthTransaction transaction, string email) => transaction.OneAsync<User>(ByEmail, new { email });

    /// <param name="phone">Normalised (<see cref="PhoneNumber"/>).</param>
    public static Task<User?> FindByPhoneAsync(AuthTransaction transaction, string phone) => transaction.OneAsync<User>(ByPhone, new { phone });
}
