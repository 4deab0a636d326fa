using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Identities;

/// <summary><c>DELETE /user/identities/{id}</c>: gives up a way in, but never the last one.</summary>
public sealed class UnlinkIdentity(AuthDatabase database, Notices notices, AuthOptions options)
{
    private const string DropPhone = "update auth.users set phone = null, phone_confirmed_at = null, updated_at = now() where id = @id";

    public async Task<Result<Reply>> DeleteAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!options.ManualLinking) return IdentityErrors.LinkingDisabled;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error)) return error;
        if (!Guid.TryParse(request.Route("identityId"), out var id)) return IdentityErrors.IdMalformed;
        // Of two parallel requests for two identities, the second sees that one is left.
        await AccountChanges.LockAsync(transaction, caller.User.Id);
        var identities = await IdentityRows.ListAsync(transaction, caller.User.Id);
        if (identities.Length <= 1) return IdentityErrors.LastOne;
        if (identities.FirstOrDefault(each => each.Id == id) is not { } identity) return IdentityErrors.NotFound;

        await IdentityRows.RemoveAsync(transaction, id);
        if (identity.Provider == "phone") await transaction.ExecuteAsync(DropPhone, new { id = caller.User.Id });
        else if (await AccountEmail.FollowAsync(transaction, caller.User, options.AutoConfirm) is { } conflict) return conflict;
        await AccountChanges.NameProvidersAsync(transaction, caller.User.Id);
        await AuditLog.WriteAsync(
            transaction, request, AuditAction.IdentityUnlinked, caller.User, new { identity_id = id, provider = identity.Provider, provider_id = identity.ProviderId });
        await notices.IdentityUnlinkedAsync(transaction, caller.User, identity.Provider);
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }
}
