using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary><c>POST /verify</c> with a phone number: its code confirms it, or changes to it, and signs in. Of parallel uses of one code exactly one succeeds.</summary>
public sealed class PhoneVerify(AuthDatabase database, OneTimeTokens tokens, RateLimits limits, SessionStart sessions, Notices notices, AuthOptions options)
{
    private const string Confirm = """
        with identity as (
          update auth.identities set identity_data = identity_data || '{"phone_verified": true}', updated_at = now()
          where user_id = @id and provider = 'phone')
        update auth.users set
          phone_confirmed_at = coalesce(phone_confirmed_at, now()),
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"phone_verified": true}',
          updated_at = now()
        where id = @id
        """;

    private const string ForgetPassword = "update auth.users set encrypted_password = '', updated_at = now() where id = @id";

    public async Task<Result<Reply>> PostAsync(AuthRequest request, VerifyBody body, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(body.Token) || !string.IsNullOrEmpty(body.TokenHash)) return AuthErrors.Invalid("Verify requires either a token or a token hash");
        if (!string.IsNullOrEmpty(body.Email)) return AuthErrors.Invalid("Only an email address or phone number should be provided on verify");
        if (body.Type is not ("sms" or "phone_change")) return AuthErrors.Invalid("Invalid sms verification type");
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        // Codes are short: tries at one number are counted.
        await limits.TakeCodeAsync(phone, cancellation);

        await using var transaction = await database.BeginAsync(cancellation);
        var isChange = body.Type == "phone_change";
        string[] kinds = isChange ? [OneTimeTokens.PhoneChange] : [OneTimeTokens.Confirmation, OneTimeTokens.Recovery];
        if (await tokens.RedeemAsync(transaction, tokens.Hashes(phone, body.Token), options.Sms.OtpExpiry, kinds) is not { } token) return AuthErrors.CodeExpired;
        if (await UserRows.FindAsync(transaction, token.UserId) is not { } user) return AuthErrors.CodeExpired;
        if (user.IsBanned) return AuthErrors.Banned;
        // A number that has changed since proves nothing about the new one.
        if (phone != (isChange ? user.PhoneChange : user.Phone)) return AuthErrors.CodeExpired;

        if (isChange)
        {
            if (await UserRows.FindByPhoneAsync(transaction, phone) is not null) return AuthErrors.PhoneExists;
            await AddressChange.ToPhoneAsync(transaction, user.Id, phone, confirmed: true);
            await notices.PhoneChangedAsync(transaction, user, phone);
            await AuditLog.WriteAsync(transaction, request, AuditAction.UserModified, user, new { verified = token.Kind });
        }
        else if (user.PhoneConfirmedAt is null)
        {
            // Anybody may have signed up with this number and a password of theirs. Who now comes with a code that asks for none need not be the same
            // person, and nobody shall wait inside for its owner.
            if (token.Kind == OneTimeTokens.Recovery) await transaction.ExecuteAsync(ForgetPassword, new { id = user.Id });
            await transaction.ExecuteAsync(Confirm, new { id = user.Id });
            await tokens.RevokeAsync(transaction, user.Id, OneTimeTokens.Confirmation, OneTimeTokens.Recovery);
            await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, user, new { provider = "phone" });
        }
        var session = await sessions.StartAsync(transaction, request, user.Id, SignInMethod.PhoneOtp);
        await transaction.CommitAsync();
        return session.ToReply();
    }
}
