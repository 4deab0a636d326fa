using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary>
/// <c>POST /resend</c>: the mail of a sign-up, or of a change of address, once more, with new tokens. Where there is nothing to send again the answer and
/// the work are the same.
/// </summary>
public sealed class Resend(AuthDatabase database, TokenMails mails, MailTurns turns, PhoneOtp phone)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.ResendBody, cancellation)).Ok(out var body, out var error)) return error;
        var (hasEmail, hasPhone) = (!string.IsNullOrEmpty(body.Email), !string.IsNullOrEmpty(body.Phone));
        if (body.Type is not ("signup" or "email_change" or "sms" or "phone_change"))
            return AuthErrors.Invalid("Missing one of these types: signup, email_change, sms, phone_change");
        if (body.Type == "signup" && !hasEmail) return AuthErrors.Invalid("Type provided requires an email address");
        if (body.Type == "sms" && !hasPhone) return AuthErrors.Invalid("Type provided requires a phone number");
        if (hasEmail && hasPhone) return AuthErrors.Invalid("Only an email address or phone number should be provided.");
        if (hasPhone) return await phone.ResendAsync(request, body.Type, body.Phone, cancellation);
        if (!hasEmail) return AuthErrors.Invalid("Missing email address or phone number");
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.EmailMalformed;
        if (CodeChallenge.Read(body.CodeChallenge, body.CodeChallengeMethod, out var challenge) is { } badChallenge) return badChallenge;
        return body.Type switch
        {
            "signup" => await ConfirmationAsync(request, email, challenge, cancellation),
            "email_change" => await EmailChangeAsync(request, email, challenge, cancellation),
            // A change of phone number is looked for under the number.
            _ => Reply.EmptyObject,
        };
    }

    private async Task<Result<Reply>> ConfirmationAsync(AuthRequest request, string email, CodeChallenge? challenge, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await turns.RefusalAsync(transaction, email, MailTurns.Confirmation) is { } tooSoon) return tooSoon;
        var user = await UserRows.FindByEmailAsync(transaction, email);
        await AuditLog.WriteAsync(transaction, request, AuditAction.ConfirmationRequested, user);
        await new NewUser { Email = email }.SendDiscreetlyAsync(
            transaction, user is { EmailConfirmedAt: null } ? user : null,
            someone => mails.SendAsync(transaction, request, Addressee.Of(someone, email), MailKind.Confirmation, challenge));
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }

    private async Task<Result<Reply>> EmailChangeAsync(AuthRequest request, string email, CodeChallenge? challenge, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await turns.RefusalAsync(transaction, email, MailTurns.EmailChange) is { } tooSoon) return tooSoon;
        var user = await UserRows.FindByEmailAsync(transaction, email);
        var changing = string.IsNullOrEmpty(user?.EmailChange) ? null : user;
        await new NewUser { Email = email }.SendDiscreetlyAsync(
            transaction, changing, someone => mails.SendEmailChangeAsync(transaction, request, Addressee.Of(someone, email), changing?.EmailChange ?? email, challenge));
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }
}
