using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Users;

/// <summary>
/// Gives a user another e-mail address or phone number, in the account and in its identity. An anonymous user becomes a permanent one once it is proved.
/// </summary>
public static class AddressChange
{
    private static readonly string s_setEmail = SetUser("email", "email_change = '', email_change_token_new = '', email_change_token_current = '', email_change_confirm_status = 0");
    private static readonly string s_setPhone = SetUser("phone", "phone_change = '', phone_change_token = ''");
    private static readonly string s_setEmailIdentity = SetIdentity("email", other: "phone");
    private static readonly string s_setPhoneIdentity = SetIdentity("phone", other: "email");

    /// <param name="email">Normalised.</param>
    /// <param name="confirmed">The address counts as proved.</param>
    public static Task ToEmailAsync(AuthTransaction transaction, Guid id, string email, bool confirmed) =>
        ApplyAsync(transaction, s_setEmail, s_setEmailIdentity, id, email, confirmed);

    /// <param name="phone">Normalised.</param>
    /// <param name="confirmed">The number counts as proved.</param>
    public static Task ToPhoneAsync(AuthTransaction transaction, Guid id, string phone, bool confirmed) =>
        ApplyAsync(transaction, s_setPhone, s_setPhoneIdentity, id, phone, confirmed);

    private static async Task ApplyAsync(AuthTransaction transaction, string setUser, string setIdentity, Guid id, string address, bool confirmed)
    {
        await transaction.ExecuteAsync(setUser, new { id, address, confirmed });
        await transaction.ExecuteAsync(setIdentity, new { id, address, confirmed });
    }

    /// <param name="kind"><c>email</c> or <c>phone</c>: the column, and the provider of the identity.</param>
    /// <param name="asked">Takes back what was asked for.</param>
    private static string SetUser(string kind, string asked) => $$"""
        update auth.users set
          {{kind}} = @address,
          {{kind}}_confirmed_at = case when @confirmed then now() else {{kind}}_confirmed_at end,
          {{asked}},
          is_anonymous = is_anonymous and not @confirmed,
          raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object(
            'provider', coalesce(raw_app_meta_data ->> 'provider', '{{kind}}'),
            'providers', case when raw_app_meta_data -> 'providers' ? '{{kind}}' then raw_app_meta_data -> 'providers'
                              else coalesce(raw_app_meta_data -> 'providers', '[]') || '["{{kind}}"]' end),
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || jsonb_build_object('{{kind}}', @address::text, '{{kind}}_verified', @confirmed),
          updated_at = now()
        where id = @id
        """;

    private static string SetIdentity(string kind, string other) => $"""
        insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (@id::text, @id, jsonb_build_object('sub', @id::text, '{kind}', @address::text, '{kind}_verified', @confirmed, '{other}_verified', false), '{kind}', now(), now(), now())
        on conflict (provider_id, provider) do update set
          identity_data = identities.identity_data || jsonb_build_object('{kind}', @address::text, '{kind}_verified', @confirmed),
          updated_at = now()
        """;
}
