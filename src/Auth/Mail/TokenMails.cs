using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail.Templating;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Mail;

/// <summary>Whom a mail is for. An address that nobody has gets a stranger, for whom the same is done, and nothing stays of it.</summary>
/// <param name="Metadata">What the person wrote: <c>.Data</c> in templates.</param>
public sealed record Addressee(Guid User, string Email, string Metadata)
{
    public static Addressee Of(User user) => new(user.Id, user.Email ?? "", user.UserMetadata);

    /// <summary>The one who is not there.</summary>
    public static Addressee Stranger(string email) => new(Guid.NewGuid(), email, "{}");
}

/// <summary>
/// Mails with tokens: makes the token, remembers when it was sent, and queues the mail, all in the caller's transaction, in the same statements whether
/// or not there is such a user.
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
        update auth.users set email_change = @newEmail, email_change_sent_at = now(), email_change_confirm_status = 0, updated_at = now() where id = @id
        """;

    /// <summary>Sends a link and its code to the user's own address.</summary>
    /// <param name="challenge">With one, the link comes back with a code to be redeemed, else with the session itself.</param>
    public async Task SendAsync(AuthTransaction transaction, AuthRequest request, Addressee to, MailKind kind, CodeChallenge? challenge = null)
    {
        await StartFlowAsync(transaction, to.User, kind, challenge);
        await transaction.ExecuteAsync(SentAt(kind), new { id = to.User });
        await SendAsync(transaction, request, to, kind, kind.Token, to.Email, newEmail: "", challenge);
    }

    /// <summary>Asks for a new address: the new one to confirm, and where both must, the present one too.</summary>
    public async Task SendEmailChangeAsync(AuthTransaction transaction, AuthRequest request, Addressee to, string newEmail, CodeChallenge? challenge = null)
    {
        await StartFlowAsync(transaction, to.User, MailKind.EmailChange, challenge);
        await transaction.ExecuteAsync(SetEmailChange, new { id = to.User, newEmail });
        // What an earlier request left behind must not confirm this one.
        await tokens.RevokeAsync(transaction, to.User, OneTimeTokens.EmailChangeCurrent, OneTimeTokens.EmailChangeNew);
        await SendAsync(transaction, request, to, MailKind.EmailChange, OneTimeTokens.EmailChangeNew, newEmail, newEmail, challenge);
        if (options.Mail.SecureEmailChange && to.Email.Length > 0)
            await SendAsync(transaction, request, to, MailKind.EmailChange, OneTimeTokens.EmailChangeCurrent, to.Email, newEmail, challenge);
    }

    private async Task StartFlowAsync(AuthTransaction transaction, Guid user, MailKind kind, CodeChallenge? challenge)
    {
        if (challenge is null) return;
        var method = kind == MailKind.Confirmation ? "email/signup" : kind.Verification;
        await flows.StartAsync(transaction, new NewFlow { Provider = kind == MailKind.Confirmation ? "email" : method, Method = method, Challenge = challenge, User = user });
    }

    private async Task SendAsync(
        AuthTransaction transaction, AuthRequest request, Addressee to, MailKind kind, string tokenKind, string recipient, string newEmail, CodeChallenge? challenge)
    {
        var token = await tokens.IssueAsync(transaction, to.User, tokenKind, recipient, isPkce: challenge is not null);
        var redirectTo = redirects.ChooseFor(request);
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
        await queue.AddAsync(transaction, new NewMessage(
            to.User, Channel.Email, kind.Name, recipient, templates.Subject(kind, values), templates.Body(kind, values), Code: "", options.OtpExpiry));
    }

    private static string SentAt(MailKind kind) => kind.Name switch
    {
        "invite" => SetInvite,
        "magic_link" or "recovery" => SetRecovery,
        "reauthentication" => SetReauthentication,
        _ => SetConfirmation,
    };
}
