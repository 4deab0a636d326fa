using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
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
public sealed class ConfirmedSignUp(AuthDatabase database, TokenMails mails, MailTurns turns, UserHook hook)
{
    /// <param name="email">Normalised.</param>
    public async Task<Result<Reply>> PostAsync(AuthRequest request, NewUser person, string email, CodeChallenge? challenge, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await turns.RefusalAsync(transaction, email, MailTurns.Confirmation) is { } tooSoon) return tooSoon;
        await hook.AskAsync(transaction, request, person.Candidate);
        var existing = await UserRows.FindByEmailAsync(transaction, email);
        await AuditLog.WriteAsync(
            transaction, request, existing?.EmailConfirmedAt is null ? AuditAction.ConfirmationRequested : AuditAction.RepeatedSignUp, existing ?? person.Candidate,
            new { provider = "email" });
        Task SendAsync(User to) => mails.SendAsync(transaction, request, Addressee.Of(to, email), MailKind.Confirmation, challenge);
        User shown;
        if (existing is null)
        {
            shown = await person.CreateAsync(transaction);
            await SendAsync(shown);
        }
        else
        {
            // Whoever did not confirm yet may do so now; that it is the same person is not known, so that nothing of the account is changed.
            shown = await person.SendDiscreetlyAsync(transaction, existing.EmailConfirmedAt is null ? existing : null, SendAsync);
        }
        await transaction.CommitAsync();
        // The moment is the transaction's, as in the row.
        var answered = shown with { ConfirmationSentAt = shown.CreatedAt };
        return Reply.Object(json => UserJson.WriteMembers(json, answered));
    }
}
