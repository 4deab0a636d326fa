using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary><c>POST /recover</c>: a mail for whoever forgot the password. For an address that nobody has, the answer and the work are the same.</summary>
public sealed class Recover(AuthDatabase database, TokenMails mails, MailTurns turns)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.RecoverBody, cancellation)).Ok(out var body, out var error)) return error;
        if (string.IsNullOrEmpty(body.Email)) return AuthErrors.Invalid("Password recovery requires an email");
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.EmailMalformed;
        if (CodeChallenge.Read(body.CodeChallenge, body.CodeChallengeMethod, out var challenge) is { } badChallenge) return badChallenge;

        await using var transaction = await database.BeginAsync(cancellation);
        if (await turns.RefusalAsync(transaction, email, MailTurns.Recovery) is { } tooSoon) return tooSoon;
        var user = await UserRows.FindByEmailAsync(transaction, email);
        await AuditLog.WriteAsync(transaction, request, AuditAction.RecoveryRequested, user);
        await new NewUser { Email = email }.SendDiscreetlyAsync(
            transaction, user, someone => mails.SendAsync(transaction, request, Addressee.Of(someone, email), MailKind.Recovery, challenge));
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }
}
