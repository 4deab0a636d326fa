using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Identities;

/// <summary>Finds or makes the account that an identity opens (supabase/auth, createAccountFromExternalIdentity). A session is the caller's to start.</summary>
public sealed class ExternalSignIn(ProofByMail mail, UserHook hook, AuthOptions options)
{
    /// <summary>The caller commits unless the person is refused.</summary>
    /// <param name="emailOptional">The provider need not tell an address.</param>
    public async Task<Admission> AcceptAsync(AuthTransaction transaction, AuthRequest request, string provider, bool emailOptional, ExternalUser someone)
    {
        if (someone.Primary is null && !emailOptional) return ExternalErrors.NoEmail;
        var decision = await AccountLinking.DecideAsync(transaction, provider, someone, options.AutoConfirm);
        Guid id, identity;
        switch (decision)
        {
            case LinkingDecision.Known known:
                (id, identity) = (known.Identity.UserId, known.Identity.Id);
                // Given up, or its account deleted, at this moment: then it is somebody new who comes.
                if (!await AccountChanges.LockAsync(transaction, id) || !await IdentityRows.UpdateAsync(transaction, identity, someone.Profile))
                    return await AcceptAsync(transaction, request, provider, emailOptional, someone);
                await AccountChanges.MergeProfileAsync(transaction, id, someone.Profile);
                await AccountChanges.NameProvidersAsync(transaction, id);
                break;
            case LinkingDecision.Link link:
                id = link.UserId;
                if (!await AccountChanges.LockAsync(transaction, id)) return await AcceptAsync(transaction, request, provider, emailOptional, someone);
                identity = await IdentityRows.InsertAsync(transaction, id, provider, someone.Subject, someone.Profile);
                await AccountChanges.MergeProfileAsync(transaction, id, someone.Profile);
                await AccountChanges.NameProvidersAsync(transaction, id);
                break;
            case LinkingDecision.Create create:
                if (options.DisableSignup) return AuthErrors.SignupDisabled;
                id = Guid.NewGuid();
                await hook.AskAsync(transaction, request, Candidate(id, provider, create.Email, someone));
                await AccountChanges.CreateAsync(transaction, id, provider, create.Email, someone.Profile);
                identity = await IdentityRows.InsertAsync(transaction, id, provider, someone.Subject, someone.Profile);
                break;
            default:
                return IdentityErrors.Ambiguous;
        }

        if (await UserRows.FindAsync(transaction, id) is not { } user) return AuthErrors.UserNotFound;
        if (user.IsBanned) return AuthErrors.Banned;
        if (decision is LinkingDecision.Link)
            await AuditLog.WriteAsync(transaction, request, AuditAction.IdentityLinked, user, new { identity_id = identity, provider, provider_id = someone.Subject });
        return await ProveAsync(transaction, request, provider, emailOptional, someone, user, identity);
    }

    /// <summary>An account whose address nobody has proved opens for its owner only: the provider must vouch for that very address.</summary>
    private async Task<Admission> ProveAsync(
        AuthTransaction transaction, AuthRequest request, string provider, bool emailOptional, ExternalUser someone, User user, Guid identity)
    {
        if (user.EmailConfirmedAt is not null || (emailOptional && string.IsNullOrEmpty(user.Email) && someone.Primary is null)) return user;
        if (string.IsNullOrEmpty(user.Email))
        {
            if (await AccountEmail.FollowAsync(transaction, user, options.AutoConfirm) is not null) return IdentityErrors.Unverified(provider);
            user = await ReadAsync(transaction, user.Id);
        }
        if (!options.AutoConfirm && !someone.Emails.Any(email => email.IsVerified && email.Address == user.Email)) return await mail.AskAsync(transaction, request, provider, user);
        await AccountChanges.TakeOverAsync(transaction, user.Id, identity, someone.Profile);
        await AccountChanges.NameProvidersAsync(transaction, user.Id);
        await AccountChanges.ConfirmAsync(transaction, user.Id);
        user = await ReadAsync(transaction, user.Id);
        await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, user, new { provider });
        return user;
    }

    private static User Candidate(Guid id, string provider, string? email, ExternalUser someone) => new()
    {
        Id = id,
        Aud = "authenticated",
        Role = "authenticated",
        Email = email,
        AppMetadata = User.ProviderMetadata(provider),
        UserMetadata = someone.Profile.ToJsonString(),
        Identities = "[]",
        Factors = "[]",
    };

    private static async Task<User> ReadAsync(AuthTransaction transaction, Guid id) =>
        await UserRows.FindAsync(transaction, id) ?? throw new InvalidOperationException("The user was read in this transaction.");
}
