using System.Text.Json.Nodes;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;

namespace Hedgerow.Auth.Identities;

/// <summary>What identities change in the account that they open (supabase/auth, internal/models/user.go).</summary>
public static class AccountChanges
{
    private const string Lock = "select true from auth.users where id = @id for update";

    private const string Create = """
        insert into auth.users (
          instance_id, id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
          confirmation_token, recovery_token, email_change_token_new, email_change)
        values (
          '00000000-0000-0000-0000-000000000000', @id, 'authenticated', 'authenticated', @email, '',
          jsonb_build_object('provider', @provider::text, 'providers', jsonb_build_array(@provider::text)), @profile::jsonb, now(), now(), '', '', '', '')
        """;

    private static readonly string s_merge =
        $"update auth.users set raw_user_meta_data = {Metadata.MergeSql("raw_user_meta_data", "@profile")}, updated_at = now() where id = @id";

    private const string Providers = """
        update auth.users set updated_at = now(), raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || coalesce((
          select jsonb_build_object('provider', (array_agg(provider order by since, provider))[1], 'providers', jsonb_agg(provider order by since, provider))
          from (select provider, min(created_at) as since from auth.identities where user_id = @id group by provider) as own
          having count(*) > 0), '{"providers": []}')
        where id = @id
        """;

    private const string Confirm = """
        with tokens as (
          delete from auth.one_time_tokens where user_id = @id)
        update auth.users set
          email_confirmed_at = now(), confirmation_token = '', updated_at = now(),
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"email_verified": true}'
        where id = @id
        """;

    private const string TakeOver = """
        with others as (
          delete from auth.identities where user_id = @id and id <> @identity),
        factors as (
          delete from auth.mfa_factors where user_id = @id)
        update auth.users set encrypted_password = '', raw_user_meta_data = @profile::jsonb, updated_at = now() where id = @id
        """;

    private const string MakePermanent = "update auth.users set is_anonymous = false, updated_at = now() where id = @id and is_anonymous";

    /// <summary>
    /// Nobody else changes the account or its identities before the transaction ends: whoever changes identities takes the user's row first. False
    /// where the account is gone.
    /// </summary>
    public static Task<bool> LockAsync(AuthTransaction transaction, Guid user) => transaction.OneAsync<bool>(Lock, new { id = user });

    /// <summary>An account of someone who has been at <paramref name="provider"/> only; its address is not confirmed yet.</summary>
    public static Task CreateAsync(AuthTransaction transaction, Guid id, string provider, string? email, JsonObject profile) =>
        transaction.ExecuteAsync(Create, new { id, provider, email, profile = profile.ToJsonString() });

    /// <summary>What the provider tells of the person, over what is known.</summary>
    public static Task MergeProfileAsync(AuthTransaction transaction, Guid user, JsonObject profile) =>
        transaction.ExecuteAsync(s_merge, new { id = user, profile = profile.ToJsonString() });

    /// <summary><c>app_metadata.provider</c> and <c>providers</c> as the identities are now, oldest first.</summary>
    public static Task NameProvidersAsync(AuthTransaction transaction, Guid user) => transaction.ExecuteAsync(Providers, new { id = user });

    /// <summary>The address is proved; mails that asked for proof are void.</summary>
    public static Task ConfirmAsync(AuthTransaction transaction, Guid user) => transaction.ExecuteAsync(Confirm, new { id = user });

    /// <summary>
    /// An account whose address nobody has proved may have been made by somebody else to wait for its owner: the owner comes now, and every other
    /// way in is closed.
    /// </summary>
    public static async Task TakeOverAsync(AuthTransaction transaction, Guid user, Guid identity, JsonObject profile)
    {
        await transaction.ExecuteAsync(TakeOver, new { id = user, identity, profile = profile.ToJsonString() });
        await SessionEnd.AllAsync(transaction, user);
    }

    /// <summary>An anonymous user who has a way back in is anonymous no longer.</summary>
    public static Task MakePermanentAsync(AuthTransaction transaction, Guid user) => transaction.ExecuteAsync(MakePermanent, new { id = user });
}
