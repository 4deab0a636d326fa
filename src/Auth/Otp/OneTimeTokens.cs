using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Otp;

/// <summary>A token that has just been made: for the eye (<paramref name="Code"/>) and for links (<paramref name="Hash"/>).</summary>
public sealed record IssuedToken(string Code, string Hash);

/// <summary>A token that has just been spent.</summary>
/// <param name="Kind">A value of <c>auth.one_time_token_type</c>.</param>
/// <param name="RelatesTo">The address that it was made for.</param>
public sealed record RedeemedToken(Guid UserId, string Kind, string RelatesTo);

/// <summary>
/// Codes of a few digits, and their hashes. The hash is keyed: whoever knows an address cannot try the codes on a link, and a copy of the
/// table is worth nothing. One token lives per user and kind; using it deletes it, so of two parallel uses one wins.
/// </summary>
/// <param name="key">The HMAC key; the same in every replica.</param>
public sealed class OneTimeTokens(byte[] key, AuthOptions options)
{
    public const string Confirmation = "confirmation_token";
    public const string Recovery = "recovery_token";
    public const string EmailChangeCurrent = "email_change_token_current";
    public const string EmailChangeNew = "email_change_token_new";
    public const string Reauthentication = "reauthentication_token";
    public const string PhoneChange = "phone_change_token";

    public static string[] All { get; } = [Confirmation, Recovery, EmailChangeCurrent, EmailChangeNew, Reauthentication, PhoneChange];

    /// <summary>Marks the hashes of tokens that lead to a code for the client's verifier rather than to a session (GoTrue).</summary>
    public const string PkcePrefix = "pkce_";

    // The table's times carry no zone; they are UTC.
    private const string Issue = """
        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
        select gen_random_uuid(), u.id, @kind::auth.one_time_token_type, @hash, @relatesTo, now() at time zone 'utc', now() at time zone 'utc'
        from auth.users u where u.id = @user
        on conflict (user_id, token_type) do update set
          token_hash = excluded.token_hash, relates_to = excluded.relates_to, created_at = excluded.created_at, updated_at = excluded.updated_at
        """;

    private const string Redeem = """
        delete from auth.one_time_tokens
        where token_hash = any(@hashes) and token_type::text = any(@kinds)
          and created_at > now() at time zone 'utc' - make_interval(secs => @expiry)
        returning user_id as userid, token_type::text as kind, relates_to as relatesto
        """;

    private const string Exists = "select true from auth.one_time_tokens where user_id = @user and token_type::text = any(@kinds)";
    private const string Revoke = "delete from auth.one_time_tokens where user_id = @user and token_type::text = any(@kinds)";

    /// <summary>Makes a token; an earlier one of the same kind is void. Where nobody has the id, the token opens nothing.</summary>
    public async Task<IssuedToken> IssueAsync(AuthTransaction transaction, Guid user, string kind, string relatesTo, bool isPkce = false)
    {
        var code = NewCode(options.OtpLength);
        var hash = (isPkce ? PkcePrefix : "") + Hash(relatesTo, code);
        await transaction.ExecuteAsync(Issue, new { user, kind, hash, relatesTo });
        return new IssuedToken(code, hash);
    }

    /// <summary>Takes <paramref name="code"/> as the token; an earlier one of the same kind is void.</summary>
    public Task StoreAsync(AuthTransaction transaction, Guid user, string kind, string relatesTo, string code) =>
        transaction.ExecuteAsync(Issue, new { user, kind, hash = Hash(relatesTo, code), relatesTo });

    /// <summary>Spends the token behind one of <paramref name="hashes"/>; null where there is none, or it is of another kind, or too old.</summary>
    public Task<RedeemedToken?> RedeemAsync(AuthTransaction transaction, string[] hashes, params string[] kinds) =>
        RedeemAsync(transaction, hashes, options.OtpExpiry, kinds);

    /// <param name="expiry">Seconds that such a token is good for.</param>
    public Task<RedeemedToken?> RedeemAsync(AuthTransaction transaction, string[] hashes, int expiry, params string[] kinds) =>
        transaction.OneAsync<RedeemedToken>(Redeem, new { hashes, kinds, expiry = (double)expiry });

    /// <summary>Whether a token of these kinds was made for <paramref name="user"/> and neither used nor replaced, however old it is.</summary>
    public Task<bool> ExistsAsync(AuthTransaction transaction, Guid user, params string[] kinds) =>
        transaction.OneAsync<bool>(Exists, new { user, kinds });

    /// <summary>Voids the tokens of these kinds.</summary>
    public Task RevokeAsync(AuthTransaction transaction, Guid user, params string[] kinds) => transaction.ExecuteAsync(Revoke, new { user, kinds });

    /// <summary>What a code for an address may be stored as.</summary>
    public string[] Hashes(string relatesTo, string code)
    {
        var hash = Hash(relatesTo, code);
        return [hash, PkcePrefix + hash];
    }

    /// <summary>HMAC-SHA256 of address and code, hexadecimal.</summary>
    public string Hash(string relatesTo, string code) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{relatesTo}\n{code}")));

    /// <summary>So many digits, each as likely as any other.</summary>
    public static string NewCode(int length)
    {
        var code = new StringBuilder(length);
        for (var i = 0; i < length; i++) code.Append(RandomNumberGenerator.GetInt32(10).ToString(CultureInfo.InvariantCulture));
        return code.ToString();
    }
}
