using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary>
/// <c>POST /otp</c> and <c>POST /magiclink</c>: a mail with a link and a code, or a text message with a code, that sign in, or where nobody has the address yet, that sign up.
/// The answer is the same for both; only where sign-ups are forbidden (<c>create_user</c>, <see cref="AuthOptions.DisableSignup"/>) it is told that
/// there is nobody, as GoTrue does.
/// </summary>
public sealed class OtpEndpoint(AuthDatabase database, TokenMails mails, MailTurns turns, PhoneOtp phone, UserHook hook, AuthOptions options)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.OtpBody, cancellation)).Ok(out var body, out var error)) return error;
        var (hasEmail, hasPhone) = (!string.IsNullOrEmpty(body.Email), !string.IsNullOrEmpty(body.Phone));
        if (hasEmail && hasPhone) return AuthErrors.Invalid("Only an email address or phone number should be provided");
        if (hasEmail && !string.IsNullOrEmpty(body.Channel)) return AuthErrors.Invalid("Channel should only be specified with Phone OTP");
        if (hasPhone) return await phone.SendAsync(request, body, cancellation);
        return hasEmail ? await SendAsync(request, body, cancellation) : AuthErrors.Invalid("One of email or phone must be set");
    }

    /// <summary>The older way, by mail only.</summary>
    public async Task<Result<Reply>> PostMagicLinkAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.OtpBody, cancellation)).Ok(out var body, out var error)) return error;
        if (string.IsNullOrEmpty(body.Email)) return AuthErrors.Invalid("Password recovery requires an email") with { Status = 422 };
        return await SendAsync(request, body with { CreateUser = true }, cancellation);
    }

    private async Task<Result<Reply>> SendAsync(AuthRequest request, OtpBody body, CancellationToken cancellation)
    {
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.EmailMalformed;
        if (Metadata.Refusal(body.Data, "data") is { } malformed) return malformed;
        if (CodeChallenge.Read(body.CodeChallenge, body.CodeChallengeMethod, out var challenge) is { } badChallenge) return badChallenge;

        await using var transaction = await database.BeginAsync(cancellation);
        if (await turns.RefusalAsync(transaction, email, MailTurns.Confirmation, MailTurns.Recovery) is { } tooSoon) return tooSoon;
        var user = await UserRows.FindByEmailAsync(transaction, email);
        if (user is null && body.CreateUser == false) return AuthErrors.OtpDisabled;
        // Whoever has not confirmed is about to sign up, too.
        if (user?.EmailConfirmedAt is null && options.DisableSignup) return AuthErrors.SignupDisabled;

        // Without a password: GoTrue makes up one that nobody knows.
        var person = new NewUser { Email = email, EmailConfirmed = options.AutoConfirm, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        var isNew = user is null;
        if (user is null)
        {
            await hook.AskAsync(transaction, request, person.Candidate);
            user = await person.CreateAsync(transaction);
            await NoteAsync(user);
        }
        else if (body.CreateUser != false && !options.DisableSignup)
        {
            await person.PretendAsync(transaction, NoteAsync);
        }
        // GoTrue confirms the sign-up of an account that waits; here a link that asks for no password does (Redemption tells why).
        var kind = isNew && !options.AutoConfirm ? MailKind.Confirmation : MailKind.MagicLink;
        await AuditLog.WriteAsync(transaction, request, kind == MailKind.MagicLink ? AuditAction.RecoveryRequested : AuditAction.ConfirmationRequested, user);
        await mails.SendAsync(transaction, request, Addressee.Of(user), kind, challenge);
        await transaction.CommitAsync();
        return Reply.EmptyObject;

        Task NoteAsync(User made) => options.AutoConfirm
            ? AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, made, new { provider = "email" })
            : Task.CompletedTask;
    }
}
