using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Identities;

/// <summary>Someone who was invited by mail comes in with an account elsewhere (supabase/auth, processInvite).</summary>
public sealed class AcceptInvitation(OneTimeTokens tokens)
{
    /// <summary>The caller commits unless the person is refused; the invitation is spent then.</summary>
    public async Task<Admission> AcceptAsync(AuthTransaction transaction, AuthRequest request, string provider, string token, ExternalUser someone)
    {
        if (await tokens.RedeemAsync(transaction, [token], OneTimeTokens.Confirmation) is not { } invitation) return IdentityErrors.InviteNotFound;
        if (await UserRows.FindAsync(transaction, invitation.UserId) is not { } user || invitation.RelatesTo != user.Email) return IdentityErrors.InviteNotFound;
        if (user.IsBanned) return AuthErrors.Banned;
        if (someone.Emails.All(email => email.Address != user.Email)) return IdentityErrors.InviteOfAnother;
        if (await IdentityRows.FindAsync(transaction, provider, someone.Subject) is not null) return IdentityErrors.LinkedToAnother;

        // Whoever has the mail has proved the address; nobody else had a way in before.
        var identity = await IdentityRows.InsertAsync(transaction, user.Id, provider, someone.Subject, someone.Profile);
        if (user.EmailConfirmedAt is null) await AccountChanges.TakeOverAsync(transaction, user.Id, identity, someone.Profile);
        else await AccountChanges.MergeProfileAsync(transaction, user.Id, someone.Profile);
        await AccountChanges.NameProvidersAsync(transaction, user.Id);
        await AccountChanges.ConfirmAsync(transaction, user.Id);
        user = await UserRows.FindAsync(transaction, user.Id) ?? throw new InvalidOperationException("The user was read in this transaction.");
        await AuditLog.WriteAsync(transaction, request, AuditAction.InviteAccepted, user, new { provider });
        return user;
    }
}
