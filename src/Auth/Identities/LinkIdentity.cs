using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Identities;

/// <summary>Gives someone who is signed in a further way in (supabase/auth, linkIdentityToUser). An anonymous user becomes a permanent one.</summary>
public sealed class LinkIdentity(ProofByMail mail, Notices notices, AuthOptions options)
{
    /// <summary>The caller commits unless the person is refused.</summary>
    public async Task<Admission> LinkAsync(AuthTransaction transaction, AuthRequest request, string provider, Guid target, ExternalUser someone)
    {
        if (!await AccountChanges.LockAsync(transaction, target) || await UserRows.FindAsync(transaction, target) is not { } user) return IdentityErrors.TargetGone;
        if (await IdentityRows.FindAsync(transaction, provider, someone.Subject) is { } existing)
            return existing.UserId == target ? IdentityErrors.AlreadyLinked : IdentityErrors.LinkedToAnother;
        if (user.IsBanned) return AuthErrors.Banned;

        var identity = await IdentityRows.InsertAsync(transaction, target, provider, someone.Subject, someone.Profile);
        if (string.IsNullOrEmpty(user.Email) && someone.Primary is { } primary)
        {
            if (await AccountEmail.FollowAsync(transaction, user, options.AutoConfirm) is not null) return AuthErrors.EmailExists with { Status = 400 };
            if (!primary.IsVerified && !options.AutoConfirm) return await mail.AskAsync(transaction, request, provider, await ReadAsync(transaction, target));
            await AccountChanges.ConfirmAsync(transaction, target);
        }
        await AccountChanges.MakePermanentAsync(transaction, target);
        await AccountChanges.NameProvidersAsync(transaction, target);
        user = await ReadAsync(transaction, target);
        await AuditLog.WriteAsync(transaction, request, AuditAction.IdentityLinked, user, new { identity_id = identity, provider, provider_id = someone.Subject });
        await notices.IdentityLinkedAsync(transaction, user, provider);
        return user;
    }

    private static async Task<User> ReadAsync(AuthTransaction transaction, Guid id) =>
        await UserRows.FindAsync(transaction, id) ?? throw new InvalidOperationException("The user was locked in this transaction.");
}
