using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Users;

/// <summary>Gives a user another e-mail address, in the account and in its e-mail identity. An anonymous user becomes a permanent one once the address is proved.</summary>
public static class EmailChange
{
    private const string SetEmail = """
        update auth.users set
          email = @email,
          email_confirmed_at = case when @confirmed then now() else email_confirmed_at end,
          email_change = '', email_change_token_new = '', email_change_token_current = '', email_change_confirm_status = 0,
          is_anonymous = is_anonymous and not @confirmed,
          raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object(
            'provider', coalesce(raw_app_meta_data ->> 'provider', 'email'),
            'providers', case when raw_app_meta_data -> 'providers' ? 'email' then raw_app_meta_data -> 'providers'
                              else coalesce(raw_app_meta_data -> 'providers', '[]') || '["email"]' end),
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || jsonb_build_object('email', @email::text, 'email_verified', @confirmed),
          updated_at = now()
        where id = @id
        """;

    private const string SetIdentity = """
        insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (@id::text, @id, jsonb_build_object('sub', @id::text, 'email', @email::text, 'email_verified', @confirmed, 'phone_verified', false), 'email', now(), now(), now())
        on conflict (provider_id, provider) do update set
          identity_data = identities.identity_data || jsonb_build_object('email', @email::text, 'email_verified', @confirmed),
          updated_at = now()
        """;

    /// <param name="confirmed">The address counts as proved.</param>
    public static async Task ApplyAsync(AuthTransaction transaction, Guid id, string email, bool confirmed)
    {
        await transaction.ExecuteAsync(SetEmail, new { id, email, confirmed });
        await transaction.ExecuteAsync(SetIdentity, new { id, email, confirmed });
    }
}
