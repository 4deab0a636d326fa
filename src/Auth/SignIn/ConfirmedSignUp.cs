using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.SignIn;

/// <summary>
/// A sign-up whose address must be confirmed first. The answer is a user without a session, and never tells whether the address was known
/// (<see cref="NewUser.PretendAsync"/>). GoTrue's answer has no identities where it was, so that it can be told apart; this one cannot.
/// </summary>
public sealed class ConfirmedSignUp(AuthDatabase database, TokenMails mails, MailTurns turns)
{
    /// <param name="email">Normalised.</param>
    public async Task<Result<Reply>> SendAsync(AuthRequest request, SignUpBody body, string email, CodeChallenge? challenge, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await turns.RefusalAsync(transaction, email, MailTurns.Confirmation) is { } tooSoon) return tooSoon;
        var existing = await UserRows.FindByEmailAsync(transaction, email);
        var person = new NewUser { Email = email, Password = body.Password, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        var shown = existing is null ? await person.CreateAsync(transaction) : await person.PretendAsync(transaction);
        var to = existing switch
        {
            null => Addressee.Of(shown),
            // Whoever did not confirm yet may do so now; that it is the same person is not known, so that nothing of the account is changed.
            { EmailConfirmedAt: null } => Addressee.Of(existing),
            _ => Addressee.Stranger(email),
        };
        await AuditLog.WriteAsync(
            transaction, request, existing?.EmailConfirmedAt is null ? AuditAction.ConfirmationRequested : AuditAction.RepeatedSignUp, existing ?? shown, new { provider = "email" });
        await mails.SendAsync(transaction, request, to, MailKind.Confirmation, challenge);
        await transaction.CommitAsync();
        // The moment is the transaction's, as in the row.
        var answered = shown with { ConfirmationSentAt = shown.CreatedAt };
        return Reply.Object(json => UserJson.WriteMembers(json, answered));
    }
}
