using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Phone;

/// <summary>Gives a user another phone number, in the account and in its phone identity. An anonymous user becomes a permanent one once the number is proved.</summary>
public static class PhoneChange
{
    private const string SetPhone = """
        update auth.users set
          phone = @phone,
          phone_confirmed_at = case when @confirmed then now() else phone_confirmed_at end,
          phone_change = '', phone_change_token = '',
          is_anonymous = is_anonymous and not @confirmed,
          raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object(
            'provider', coalesce(raw_app_meta_data ->> 'provider', 'phone'),
            'providers', case when raw_app_meta_data -> 'providers' ? 'phone' then raw_app_meta_data -> 'providers'
                              else coalesce(raw_app_meta_data -> 'providers', '[]') || '["phone"]' end),
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || jsonb_build_object('phone', @phone::text, 'phone_verified', @confirmed),
          updated_at = now()
        where id = @id
        """;

    private const string SetIdentity = """
        insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (@id::text, @id, jsonb_build_object('sub', @id::text, 'phone', @phone::text, 'email_verified', false, 'phone_verified', @confirmed), 'phone', now(), now(), now())
        on conflict (provider_id, provider) do update set
          identity_data = identities.identity_data || jsonb_build_object('phone', @phone::text, 'phone_verified', @confirmed),
          updated_at = now()
        """;

    /// <param name="phone">Normalised.</param>
    /// <param name="confirmed">The number counts as proved.</param>
    public static async Task ApplyAsync(AuthTransaction transaction, Guid id, string phone, bool confirmed)
    {
        await transaction.ExecuteAsync(SetPhone, new { id, phone, confirmed });
        await transaction.ExecuteAsync(SetIdentity, new { id, phone, confirmed });
    }
}
