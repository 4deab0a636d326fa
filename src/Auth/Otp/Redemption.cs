using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary>What a spent token has brought about.</summary>
/// <param name="Kind">A value of <c>auth.one_time_token_type</c>.</param>
/// <param name="IsComplete">False where the other address still has to confirm.</param>
public sealed record Redeemed(Guid User, string Kind, bool IsComplete);

/// <summary>Spends tokens of mails: confirms the address, or changes it. The caller commits; of parallel uses of one token exactly one succeeds.</summary>
public sealed class Redemption(OneTimeTokens tokens, Notices notices, AuthOptions options)
{
    private const string Confirm = """
        with identity as (
          update auth.identities set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
          where user_id = @id and provider = 'email')
        update auth.users set
          email_confirmed_at = coalesce(email_confirmed_at, now()),
          is_anonymous = false,
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"email_verified": true}',
          updated_at = now()
        where id = @id
        """;

    private const string ForgetPassword = "update auth.users set encrypted_password = '', updated_at = now() where id = @id";

    private const string HalfConfirm = "update auth.users set email_change_confirm_status = 1, updated_at = now() where id = @id";

    /// <param name="hashes">What the token may be stored as.</param>
    /// <param name="kinds">What it may be: values of <c>auth.one_time_token_type</c>.</param>
    public async Task<Result<Redeemed>> RedeemAsync(AuthTransaction transaction, AuthRequest request, string[] hashes, string[] kinds)
    {
        if (hashes.Any(hash => hash.Contains('\0', StringComparison.Ordinal))) return AuthErrors.LinkExpired;
        if (await tokens.RedeemAsync(transaction, hashes, kinds) is not { } token) return AuthErrors.LinkExpired;
        if (await UserRows.FindAsync(transaction, token.UserId) is not { } user) return AuthErrors.LinkExpired;
        if (user.IsBanned) return AuthErrors.Banned;
        return token.Kind is OneTimeTokens.EmailChangeCurrent or OneTimeTokens.EmailChangeNew
            ? await ChangeEmailAsync(transaction, request, user, token)
            : await ConfirmAsync(transaction, request, user, token);
    }

    private async Task<Result<Redeemed>> ConfirmAsync(AuthTransaction transaction, AuthRequest request, User user, RedeemedToken token)
    {
        // An address that has changed since proves nothing about the new one.
        if (token.RelatesTo != user.Email) return AuthErrors.LinkExpired;
        if (user.EmailConfirmedAt is null)
        {
            // Anybody may have signed up with this address and a password of theirs. Who now comes by a link that asks for none need not be the same
            // person, and nobody shall wait inside for its owner.
            if (token.Kind == OneTimeTokens.Recovery) await transaction.ExecuteAsync(ForgetPassword, new { id = user.Id });
            await transaction.ExecuteAsync(Confirm, new { id = user.Id });
            await tokens.RevokeAsync(transaction, user.Id, OneTimeTokens.Confirmation, OneTimeTokens.Recovery);
            await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, user, new { provider = "email" });
        }
        return new Redeemed(user.Id, token.Kind, IsComplete: true);
    }

    private async Task<Result<Redeemed>> ChangeEmailAsync(AuthTransaction transaction, AuthRequest request, User user, RedeemedToken token)
    {
        var isNew = token.Kind == OneTimeTokens.EmailChangeNew;
        if (string.IsNullOrEmpty(user.EmailChange) || token.RelatesTo != (isNew ? user.EmailChange : user.Email)) return AuthErrors.LinkExpired;
        // The other side's token is not waited for because it is still good, but because it was asked for: letting it expire is no consent.
        var other = isNew ? OneTimeTokens.EmailChangeCurrent : OneTimeTokens.EmailChangeNew;
        if (options.Mail.SecureEmailChange && await tokens.ExistsAsync(transaction, user.Id, other))
        {
            await transaction.ExecuteAsync(HalfConfirm, new { id = user.Id });
            return new Redeemed(user.Id, token.Kind, IsComplete: false);
        }
        if (await UserRows.FindByEmailAsync(transaction, user.EmailChange) is not null) return AuthErrors.EmailExists;
        await AddressChange.ToEmailAsync(transaction, user.Id, user.EmailChange, confirmed: true);
        await notices.EmailChangedAsync(transaction, user, user.EmailChange);
        await tokens.RevokeAsync(transaction, user.Id, OneTimeTokens.All);
        await AuditLog.WriteAsync(transaction, request, AuditAction.UserModified, user, new { verified = token.Kind });
        return new Redeemed(user.Id, token.Kind, IsComplete: true);
    }
}
