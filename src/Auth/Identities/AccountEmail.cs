using Hedgerow.Auth.Data;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Identities;

/// <summary>Keeps an account's address one that one of its identities has (supabase/auth, UpdateUserEmailFromIdentities).</summary>
public static class AccountEmail
{
    private const string IsOthers = "select exists (select from auth.users where email = @email and not is_sso_user and id <> @id)";

    // Whatever was sent to the address before proves nothing about the new one.
    private const string Set = """
        with tokens as (
          delete from auth.one_time_tokens where user_id = @id)
        update auth.users set
          email = @email,
          email_confirmed_at = case when @isProved then coalesce(email_confirmed_at, now()) end,
          raw_user_meta_data = case when @isProved then raw_user_meta_data else coalesce(raw_user_meta_data, '{}') || '{"email_verified": false}' end,
          confirmation_token = '', confirmation_sent_at = null, recovery_token = '', recovery_sent_at = null,
          email_change = '', email_change_token_current = '', email_change_token_new = '', email_change_sent_at = null, email_change_confirm_status = 0,
          phone_change = '', phone_change_token = '', phone_change_sent_at = null, reauthentication_token = '', reauthentication_sent_at = null,
          updated_at = now()
        where id = @id
        """;

    /// <summary>Gives the account the best address of its identities, unless it has one of them; the refusal where others have them all.</summary>
    /// <param name="isTrusting">Addresses count as proved without proof (<see cref="AuthOptions.AutoConfirm"/>).</param>
    public static async Task<ApiError?> FollowAsync(AuthTransaction transaction, User user, bool isTrusting)
    {
        var identities = await IdentityRows.ListAsync(transaction, user.Id);
        if (identities.Any(identity => (identity.Email ?? "") == (user.Email ?? ""))) return null;
        foreach (var identity in identities)
        {
            if (identity.Email is { } email && await transaction.OneAsync<bool>(IsOthers, new { email, id = user.Id })) continue;
            var isProved = identity.Email is not null && (identity.IsEmailVerified || isTrusting);
            await transaction.ExecuteAsync(Set, new { id = user.Id, email = identity.Email, isProved });
            return null;
        }
        return IdentityErrors.EmailConflict;
    }
}
