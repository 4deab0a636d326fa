using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary><c>POST /verify</c> with a phone number: its code confirms it, or changes to it, and signs in. Of parallel uses of one code exactly one succeeds.</summary>
public sealed class PhoneVerify(AuthDatabase database, OneTimeTokens tokens, RateLimits limits, SessionStart sessions, AuthOptions options)
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

    public async Task<Result<Reply>> PostAsync(AuthRequest request, VerifyBody body, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(body.Token) || !string.IsNullOrEmpty(body.TokenHash)) return AuthErrors.Invalid("Verify requires either a token or a token hash");
        if (!string.IsNullOrEmpty(body.Email)) return AuthErrors.Invalid("Only an email address or phone number should be provided on verify");
        if (body.Type is not ("sms" or "phone_change")) return AuthErrors.Invalid("Invalid sms verification type");
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        // Codes are short: tries at one number are counted.
        await limits.TakeCodeAsync(phone, cancellation);

        await using var transaction = await database.BeginAsync(cancellation);
        var kind = body.Type == "sms" ? OneTimeTokens.Confirmation : OneTimeTokens.PhoneChange;
        if (await tokens.RedeemAsync(transaction, tokens.Hashes(phone, body.Token), options.Sms.OtpExpiry, kind) is not { } token) return AuthErrors.CodeExpired;
        if (await UserRows.FindAsync(transaction, token.UserId) is not { } user) return AuthErrors.CodeExpired;
        if (user.IsBanned) return AuthErrors.Banned;
        // A number that has changed since proves nothing about the new one.
        if (phone != (kind == OneTimeTokens.Confirmation ? user.Phone : user.PhoneChange)) return AuthErrors.CodeExpired;

        if (kind == OneTimeTokens.PhoneChange)
        {
            if (await UserRows.FindByPhoneAsync(transaction, phone) is not null) return AuthErrors.PhoneExists;
            await PhoneChange.ApplyAsync(transaction, user.Id, phone, confirmed: true);
            await AuditLog.WriteAsync(transaction, request, AuditAction.UserModified, user, new { verified = kind });
        }
        else if (user.PhoneConfirmedAt is null)
        {
            await transaction.ExecuteAsync(Confirm, new { id = user.Id });
            await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, user, new { provider = "phone" });
        }
        var session = await sessions.StartAsync(transaction, request, user.Id, SignInMethod.PhoneOtp);
        await transaction.CommitAsync();
        return session.ToReply();
    }
}
