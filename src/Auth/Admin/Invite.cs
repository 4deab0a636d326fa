using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary><c>POST /invite</c>: the service role invites someone by mail. The account is there at once; the link confirms it.</summary>
public sealed class Invite(AuthDatabase database, TokenMails mails, UserHook hook)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.InviteBody, cancellation)).Ok(out var body, out var error)) return error;
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.EmailMalformed;
        if (Metadata.Refusal(body.Data, "data") is { } malformed) return malformed;

        await using var transaction = await database.BeginAsync(cancellation);
        var existing = await UserRows.FindByEmailAsync(transaction, email);
        if (existing?.EmailConfirmedAt is not null) return AuthErrors.EmailExists;
        var person = new NewUser { Email = email, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        if (existing is null) await hook.AskAsync(transaction, request, person.Candidate);
        var user = existing ?? await person.CreateAsync(transaction);
        await AuditLog.WriteAsync(transaction, request, AuditAction.Invited, null, new { user_id = user.Id, user_email = user.Email });
        await mails.SendAsync(transaction, request, Addressee.Of(user), MailKind.Invite);
        user = await UserRows.FindAsync(transaction, user.Id) ?? throw new InvalidOperationException("The user was read in this transaction.");
        await transaction.CommitAsync();
        return Reply.Object(json => UserJson.WriteMembers(json, user));
    }
}
