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

    // The table's times carry no zone; they are UTC.
    private const string Issue = """
        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
        values (gen_random_uuid(), @user, @kind::auth.one_time_token_type, @hash, @relatesTo, now() at time zone 'utc', now() at time zone 'utc')
        on conflict (user_id, token_type) do update set
          token_hash = excluded.token_hash, relates_to = excluded.relates_to, created_at = excluded.created_at, updated_at = excluded.updated_at
        """;

    private const string Redeem = """
        delete from auth.one_time_tokens
        where token_hash = @hash and token_type::text = any(@kinds)
          and created_at > now() at time zone 'utc' - make_interval(secs => @expiry)
        returning user_id as userid, token_type::text as kind, relates_to as relatesto
        """;

    private const string Waiting = """
        select true from auth.one_time_tokens
        where user_id = @user and token_type::text = any(@kinds) and created_at > now() at time zone 'utc' - make_interval(secs => @expiry)
        """;

    /// <summary>Makes a token; an earlier one of the same kind is void.</summary>
    public async Task<IssuedToken> IssueAsync(AuthTransaction transaction, Guid user, string kind, string relatesTo)
    {
        var code = NewCode();
        var hash = Hash(relatesTo, code);
        await transaction.ExecuteAsync(Issue, new { user, kind, hash, relatesTo });
        return new IssuedToken(code, hash);
    }

    /// <summary>Spends the token behind <paramref name="hash"/>; null where there is none, or it is of another kind, or too old.</summary>
    public Task<RedeemedToken?> RedeemAsync(AuthTransaction transaction, string hash, string[] kinds) =>
        transaction.OneAsync<RedeemedToken>(Redeem, new { hash, kinds, expiry = (double)options.OtpExpiry });

    /// <summary>Whether <paramref name="user"/> has a token of these kinds that could still be used.</summary>
    public Task<bool> IsWaitingAsync(AuthTransaction transaction, Guid user, params string[] kinds) =>
        transaction.OneAsync<bool>(Waiting, new { user, kinds, expiry = (double)options.OtpExpiry });

    /// <summary>HMAC-SHA256 of address and code, hexadecimal.</summary>
    public string Hash(string relatesTo, string code) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{relatesTo}\n{code}")));

    private string NewCode()
    {
        var code = new StringBuilder(options.OtpLength);
        for (var i = 0; i < options.OtpLength; i++) code.Append(RandomNumberGenerator.GetInt32(10).ToString(CultureInfo.InvariantCulture));
        return code.ToString();
    }
}
