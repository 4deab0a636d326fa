using System.Text.Json;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary><c>POST /admin/generate_link</c>: what would stand in a mail, for those who send their own.</summary>
public sealed class GenerateLink(AuthDatabase database, TokenMails mails, UserHook hook, RedirectUrls redirects, AuthOptions options, ExternalAddress address)
{
    private const string SetPassword = $"update auth.users set encrypted_password = {Password.HashSql}, updated_at = now() where id = @id";
    private static readonly string s_setData =
        $"update auth.users set raw_user_meta_data = {Metadata.MergeSql("raw_user_meta_data", "@data")}, updated_at = now() where id = @id";

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.GenerateLinkBody, cancellation)).Ok(out var body, out var error)) return error;
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.EmailMalformed;
        if (Metadata.Refusal(body.Data, "data") is { } malformed) return malformed;
        if (!string.IsNullOrEmpty(body.Password) && Password.Refusal(body.Password, options) is { } weak) return weak;

        await using var transaction = await database.BeginAsync(cancellation);
        var existing = await UserRows.FindByEmailAsync(transaction, email);
        // A magic link for someone unknown is an invitation to sign up (GoTrue).
        var type = body.Type == "magiclink" && existing is null ? "signup" : body.Type;
        var link = type switch
        {
            "signup" => await SignUpAsync(transaction, request, existing, email, body, MailKind.Confirmation),
            "invite" => await SignUpAsync(transaction, request, existing, email, body, MailKind.Invite),
            "magiclink" or "recovery" => await RecoverAsync(transaction, existing),
            "email_change_current" or "email_change_new" => await ChangeEmailAsync(transaction, existing, type, body.NewEmail),
            _ => AuthErrors.Invalid($"Invalid email action link type requested: {type}"),
        };
        if (!link.Ok(out var made, out error)) return error;

        var user = await UserRows.FindAsync(transaction, made.User) ?? throw new InvalidOperationException("The user was read in this transaction.");
        await AuditLog.WriteAsync(transaction, request, AuditAction.LinkGenerated, null, new { user_id = user.Id, user_email = user.Email, type });
        await transaction.CommitAsync();
        var target = string.IsNullOrEmpty(body.RedirectTo) ? redirects.ChooseFor(request) : redirects.Choose(body.RedirectTo);
        var verification = type!.StartsWith("email_change", StringComparison.Ordinal) ? "email_change" : type;
        return Reply.Object(json =>
        {
            UserJson.WriteMembers(json, user);
            json.WriteString("action_link", address.VerifyLink(request, made.Token.Hash, verification, target));
            json.WriteString("email_otp", made.Token.Code);
            json.WriteString("hashed_token", made.Token.Hash);
            json.WriteString("verification_type", type);
            json.WriteString("redirect_to", target);
        });
    }

    private async Task<Result<Link>> SignUpAsync(
        AuthTransaction transaction, AuthRequest request, User? existing, string email, GenerateLinkBody body, MailKind kind)
    {
        if (existing?.EmailConfirmedAt is not null) return AuthErrors.EmailExists;
        if (body.Type == "signup" && string.IsNullOrEmpty(body.Password)) return AuthErrors.SignupWantsPassword;
        var id = await MakeAsync(transaction, request, existing, email, body);
        return new Link(id, await mails.IssueAsync(transaction, id, kind, email));
    }

    private async Task<Result<Link>> RecoverAsync(AuthTransaction transaction, User? existing)
    {
        if (existing is null) return AuthErrors.UserNotFound with { Message = "User with this email not found" };
        return new Link(existing.Id, await mails.IssueAsync(transaction, existing.Id, MailKind.Recovery, existing.Email!));
    }

    private async Task<Result<Link>> ChangeEmailAsync(AuthTransaction transaction, User? existing, string type, string? newEmail)
    {
        if (existing is null) return AuthErrors.UserNotFound with { Message = "User with this email not found" };
        if (type == "email_change_current" && !options.Mail.SecureEmailChange) return AuthErrors.Invalid("Enable secure email change to generate link for current email");
        if (EmailAddress.Normalise(newEmail) is not { } changed) return AuthErrors.EmailMalformed;
        if (await UserRows.FindByEmailAsync(transaction, changed) is not null) return AuthErrors.EmailExists;
        var (side, relatesTo) = type == "email_change_current"
            ? (OneTimeTokens.EmailChangeCurrent, existing.Email!)
            : (OneTimeTokens.EmailChangeNew, changed);
        return new Link(existing.Id, await mails.IssueEmailChangeAsync(transaction, existing.Id, changed, side, relatesTo));
    }

    /// <summary>The unconfirmed account of that address: the one that is there, brought up to date, or a new one.</summary>
    private async Task<Guid> MakeAsync(AuthTransaction transaction, AuthRequest request, User? existing, string email, GenerateLinkBody body)
    {
        var password = string.IsNullOrEmpty(body.Password) ? null : body.Password;
        var data = Metadata.ObjectOrNull(body.Data);
        if (existing is null)
        {
            var person = new NewUser { Email = email, Password = password, UserMetadata = data };
            await hook.AskAsync(transaction, request, person.Candidate);
            await person.InsertAsync(transaction);
            return person.Id;
        }
        if (password is not null) await transaction.ExecuteAsync(SetPassword, new { id = existing.Id, password });
        if (data is { } members) await transaction.ExecuteAsync(s_setData, new { id = existing.Id, data = members.GetRawText() });
        return existing.Id;
    }

    private sealed record Link(Guid User, IssuedToken Token);
}
