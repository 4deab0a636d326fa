using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Identities;

/// <summary>Asks for proof of an address that a provider tells but does not vouch for.</summary>
public sealed class ProofByMail(TokenMails mails, MailTurns turns)
{
    /// <summary>Sends a link that confirms the account's address. Nobody is signed in until it was followed.</summary>
    public async Task<Admission> AskAsync(AuthTransaction transaction, AuthRequest request, string provider, User user)
    {
        if (string.IsNullOrEmpty(user.Email)) return IdentityErrors.Unverified(provider);
        if (await turns.RefusalAsync(transaction, user.Email, MailTurns.Confirmation) is { } tooSoon) return tooSoon;
        await mails.SendAsync(transaction, request, Addressee.Of(user), MailKind.Confirmation);
        return new Admission.Pending(IdentityErrors.ProofSent(provider));
    }
}
