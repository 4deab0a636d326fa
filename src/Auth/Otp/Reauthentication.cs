using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary>
/// <c>/reauthenticate</c>: a code, without a link, to whoever is signed in; with it the password can be changed however old the session is
/// (<c>nonce</c> of <c>PUT /user</c>).
/// </summary>
public sealed class Reauthentication(AuthDatabase database, OneTimeTokens tokens, RateLimits limits, TokenMails mails, MailTurns turns, PhoneMessages messages, AuthOptions options)
{
    private const string IsRecent = "select created_at > now() - interval '1 day' from auth.sessions where id = @session";

    public async Task<Result<Reply>> SendAsync(AuthRequest request, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error)) return error;
        var byPhone = string.IsNullOrEmpty(caller.User.Email) && !string.IsNullOrEmpty(caller.User.Phone);
        if (byPhone) return await SendByPhoneAsync(transaction, request, caller);
        if (string.IsNullOrEmpty(caller.User.Email))
            return AuthErrors.Invalid("Reauthentication requires the user to have an email or a phone number");
        if (caller.User.EmailConfirmedAt is null) return AuthErrors.EmailNotConfirmed with { Status = 422, Message = "Please verify your email first." };
        if (await turns.RefusalAsync(transaction, caller.User.Email, MailTurns.Reauthentication) is { } tooSoon) return tooSoon;
        await AuditLog.WriteAsync(transaction, request, AuditAction.Reauthenticate, caller.User);
        await mails.SendAsync(transaction, request, Addressee.Of(caller.User), MailKind.Reauthentication);
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }

    private async Task<Result<Reply>> SendByPhoneAsync(AuthTransaction transaction, AuthRequest request, SignedIn caller)
    {
        if (caller.User.PhoneConfirmedAt is null) return AuthErrors.PhoneNotConfirmed with { Status = 422, Message = "Please verify your phone first." };
        if (await messages.TooSoonAsync(transaction, caller.User.Phone!, PhoneMessageKind.Reauthentication) is { } tooSoon) return tooSoon;
        await AuditLog.WriteAsync(transaction, request, AuditAction.Reauthenticate, caller.User);
        await messages.SendAsync(transaction, caller.User.Id, caller.User.Phone!, PhoneMessageKind.Reauthentication, Channel.Sms);
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }

    /// <summary>Counts a try at the code, before there is a transaction that a wrong one would undo.</summary>
    /// <exception cref="Npgsql.PostgresException">PT429: there were too many. The route answers it.</exception>
    public async Task TakeAttemptAsync(AuthRequest request, string? nonce, CancellationToken cancellation)
    {
        if (options.UpdatePasswordRequireReauthentication && !string.IsNullOrEmpty(nonce) && request.Claims().Ok(out var claims, out _) && claims.Subject is { } subject)
            await limits.TakeCodeAsync($"nonce:{subject}", cancellation);
    }

    /// <summary>Why the caller may not change the password yet, or null. A code that is right is spent, unless the caller's transaction fails.</summary>
    public async Task<ApiError?> RefusalAsync(AuthTransaction transaction, SignedIn caller, string? nonce)
    {
        if (!options.UpdatePasswordRequireReauthentication) return null;
        if (caller.Session is { } session && await transaction.OneAsync<bool>(IsRecent, new { session })) return null;
        if (string.IsNullOrEmpty(nonce)) return AuthErrors.ReauthenticationNeeded;
        var byPhone = string.IsNullOrEmpty(caller.User.Email);
        if (byPhone && string.IsNullOrEmpty(caller.User.Phone)) return AuthErrors.NonceInvalid with { Message = "Reauthentication requires an email or a phone number" };
        var token = await tokens.RedeemAsync(
            transaction, tokens.Hashes(byPhone ? caller.User.Phone! : caller.User.Email!, nonce), byPhone ? options.Sms.OtpExpiry : options.OtpExpiry, OneTimeTokens.Reauthentication);
        return token?.UserId == caller.User.Id ? null : AuthErrors.NonceInvalid;
    }
}
