using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail.Templating;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Mail;

/// <summary>Whom a mail is for.</summary>
/// <param name="Metadata">What the person wrote: <c>.Data</c> in templates.</param>
public sealed record Addressee(Guid User, string Email, string Metadata)
{
    public static Addressee Of(User user) => new(user.Id, user.Email ?? "", user.UserMetadata);

    /// <summary>The same at the address that was asked for, which a user who is made to be undone has not (<see cref="NewUser.SendDiscreetlyAsync"/>).</summary>
    public static Addressee Of(User user, string email) => Of(user) with { Email = email };
}

/// <summary>
/// Mails with tokens: makes the token, remembers when it was sent, and queues the mail, all in the caller's transaction.
/// </summary>
/// <param name="address">Where links lead first.</param>
public sealed class TokenMails(
    OneTimeTokens tokens, MailTemplates templates, MailQueue queue, FlowStates flows, RedirectUrls redirects, AuthOptions options, ExternalAddress address)
{
    private const string SetConfirmation = "update auth.users set confirmation_sent_at = now(), updated_at = now() where id = @id";
    private const string SetInvite = "update auth.users set invited_at = now(), confirmation_sent_at = now(), updated_at = now() where id = @id";
    private const string SetRecovery = "update auth.users set recovery_sent_at = now(), updated_at = now() where id = @id";
    private const string SetReauthentication = "update auth.users set reauthentication_sent_at = now(), updated_at = now() where id = @id";
    private const string SetEmailChange = """
        with others as (
          delete from auth.one_time_tokens t using auth.users u
          where u.id = @id and t.user_id = u.id and t.token_type in ('email_change_token_new', 'email_change_token_current') and u.email_change is distinct from @newEmail)
        update auth.users set email_change = @newEmail, email_change_sent_at = now(), email_change_confirm_status = 0, updated_at = now() where id = @id
        """;

    /// <summary>Sends a link and its code to the user's own address.</summary>
    /// <param name="challenge">With one, the link comes back with a code to be redeemed, else with the session itself.</param>
    public async Task SendAsync(AuthTransaction transaction, AuthRequest request, Addressee to, MailKind kind, CodeChallenge? challenge = null)
    {
        await StartFlowAsync(transaction, to.User, kind, challenge);
        var token = await IssueAsync(transaction, to.User, kind, to.Email, isPkce: challenge is not null);
        await QueueAsync(transaction, request, to, kind, token, to.Email);
    }

    /// <summary>Asks for a new address: the new one to confirm, and where both must, the present one too.</summary>
    public async Task SendEmailChangeAsync(AuthTransaction transaction, AuthRequest request, Addressee to, string newEmail, CodeChallenge? challenge = null)
    {
        await StartFlowAsync(transaction, to.User, MailKind.EmailChange, challenge);
        // What an earlier request left behind must not confirm this one.
        await tokens.RevokeAsync(transaction, to.User, OneTimeTokens.EmailChangeCurrent, OneTimeTokens.EmailChangeNew);
        var token = await IssueEmailChangeAsync(transaction, to.User, newEmail, OneTimeTokens.EmailChangeNew, newEmail, isPkce: challenge is not null);
        var present = options.Mail.SecureEmailChange && to.Email.Length > 0
            ? await tokens.IssueAsync(transaction, to.User, OneTimeTokens.EmailChangeCurrent, to.Email, isPkce: challenge is not null)
            : null;
        await QueueAsync(transaction, request, to, MailKind.EmailChange, token, newEmail, newEmail, present);
        // A hook is told of both at once.
        if (present is not null && !queue.HookWrites) await QueueAsync(transaction, request, to, MailKind.EmailChange, present, to.Email, newEmail);
    }

    /// <summary>The token of such a mail, without the mail; an earlier one is void.</summary>
    /// <param name="email">The user's address.</param>
    public async Task<IssuedToken> IssueAsync(AuthTransaction transaction, Guid user, MailKind kind, string email, bool isPkce = false)
    {
        await transaction.ExecuteAsync(SentAt(kind), new { id = user });
        return await tokens.IssueAsync(transaction, user, kind.Token, email, isPkce);
    }

    /// <summary>The same of one side of a change of address. What was asked for another new address is void.</summary>
    /// <param name="side">A value of <c>auth.one_time_token_type</c>.</param>
    /// <param name="relatesTo">That side's address.</param>
    public async Task<IssuedToken> IssueEmailChangeAsync(AuthTransaction transaction, Guid user, string newEmail, string side, string relatesTo, bool isPkce = false)
    {
        await transaction.ExecuteAsync(SetEmailChange, new { id = user, newEmail });
        return await tokens.IssueAsync(transaction, user, side, relatesTo, isPkce);
    }

    private async Task StartFlowAsync(AuthTransaction transaction, Guid user, MailKind kind, CodeChallenge? challenge)
    {
        if (challenge is null) return;
        var method = kind == MailKind.Confirmation ? "email/signup" : kind.Verification;
        await flows.StartAsync(transaction, new NewFlow { Provider = kind == MailKind.Confirmation ? "email" : method, Method = method, Challenge = challenge, User = user });
    }

    /// <param name="present">The other side's token, where the mail goes to the new one of two addresses that must agree.</param>
    private async Task QueueAsync(
        AuthTransaction transaction, AuthRequest request, Addressee to, MailKind kind, IssuedToken token, string recipient, string newEmail = "", IssuedToken? present = null)
    {
        var redirectTo = redirects.ChooseFor(request);
        var details = new EmailDetails
        {
            ActionType = kind.ActionType,
            SiteUrl = options.SiteUrl,
            RedirectTo = redirectTo,
            Token = (present ?? token).Code,
            TokenHash = token.Hash,
            TokenNew = present is null ? "" : token.Code,
            TokenHashNew = present?.Hash ?? "",
        };
        var (subject, body) = queue.HookWrites ? ("", "") : Write(request, to, kind, token, recipient, newEmail, redirectTo);
        await queue.AddAsync(
            transaction, new NewMessage(to.User, Channel.Email, kind.Name, recipient, subject, body, Code: "", options.OtpExpiry, details.ToJson()));
    }

    private (string Subject, string Body) Write(
        AuthRequest request, Addressee to, MailKind kind, IssuedToken token, string recipient, string newEmail, string redirectTo)
    {
        using var data = JsonDocument.Parse(to.Metadata);
        var values = new TemplateValues(
            new Dictionary<string, string>
            {
                [TemplateValues.ConfirmationUrl] = kind.Verification.Length > 0 ? address.VerifyLink(request, token.Hash, kind.Verification, redirectTo) : "",
                ["Token"] = token.Code,
                ["TokenHash"] = token.Hash,
                [TemplateValues.SiteUrl] = options.SiteUrl,
                [TemplateValues.RedirectTo] = redirectTo,
                ["Email"] = to.Email,
                ["NewEmail"] = newEmail,
                ["SendingTo"] = recipient,
            },
            data.RootElement);
        return (templates.Subject(kind, values), templates.Body(kind, values));
    }

    private static string SentAt(MailKind kind) => kind.Name switch
    {
        "invite" => SetInvite,
        "magic_link" or "recovery" => SetRecovery,
        "reauthentication" => SetReauthentication,
        _ => SetConfirmation,
    };
}
