using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Mail.Templating;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Mail;

/// <summary>
/// Mails that tell a person what changed in the account, queued in the transaction of the change. Only a confirmed address is written to: another's mailbox
/// shall not hear of it.
/// </summary>
public sealed class Notices(MailTemplates templates, MailQueue queue, AuthOptions options)
{
    /// <summary>Seconds after which such news is none.</summary>
    private const int Lifetime = 24 * 60 * 60;

    private readonly MailNotifications _wanted = options.Mail.Notifications;

    /// <param name="user">As it was, or as it is.</param>
    public Task PasswordChangedAsync(AuthTransaction transaction, User user) => SendAsync(transaction, _wanted.PasswordChanged, MailKind.PasswordChanged, user);

    /// <summary>Goes to the address before.</summary>
    public Task EmailChangedAsync(AuthTransaction transaction, User before, string email) =>
        SendAsync(transaction, _wanted.EmailChanged, MailKind.EmailChanged, before, email: email, oldEmail: before.Email ?? "");

    /// <summary>A first number is none that changed: it is a new way in (GoTrue, phoneNumberChanged).</summary>
    public Task PhoneChangedAsync(AuthTransaction transaction, User before, string phone) =>
        string.IsNullOrEmpty(before.Phone)
            ? IdentityLinkedAsync(transaction, before, "phone")
            : SendAsync(transaction, _wanted.PhoneChanged, MailKind.PhoneChanged, before, phone: phone, oldPhone: before.Phone);

    public Task IdentityLinkedAsync(AuthTransaction transaction, User user, string provider) =>
        SendAsync(transaction, _wanted.IdentityLinked, MailKind.IdentityLinked, user, provider: provider);

    /// <param name="before">The address may go with the identity.</param>
    public Task IdentityUnlinkedAsync(AuthTransaction transaction, User before, string provider) =>
        SendAsync(transaction, _wanted.IdentityUnlinked, MailKind.IdentityUnlinked, before, provider: provider);

    public Task FactorEnrolledAsync(AuthTransaction transaction, User user, string factorType) =>
        SendAsync(transaction, _wanted.MfaFactorEnrolled, MailKind.MfaFactorEnrolled, user, factorType: factorType);

    public Task FactorUnenrolledAsync(AuthTransaction transaction, User user, string factorType) =>
        SendAsync(transaction, _wanted.MfaFactorUnenrolled, MailKind.MfaFactorUnenrolled, user, factorType: factorType);

    private async Task SendAsync(
        AuthTransaction transaction, bool isWanted, MailKind kind, User user,
        string? email = null, string oldEmail = "", string phone = "", string oldPhone = "", string provider = "", string factorType = "")
    {
        if (!isWanted || user.EmailConfirmedAt is null || user.Email is not { Length: > 0 } recipient) return;
        var details = new EmailDetails
        {
            ActionType = kind.ActionType, SiteUrl = options.SiteUrl, OldEmail = oldEmail, OldPhone = oldPhone, Provider = provider, FactorType = factorType,
        };
        using var data = JsonDocument.Parse(user.UserMetadata);
        var values = new TemplateValues(
            new Dictionary<string, string>
            {
                [TemplateValues.SiteUrl] = options.SiteUrl,
                ["Email"] = email ?? recipient,
                ["OldEmail"] = oldEmail,
                ["Phone"] = phone,
                ["OldPhone"] = oldPhone,
                ["Provider"] = provider,
                ["FactorType"] = factorType,
                ["SendingTo"] = recipient,
            },
            data.RootElement);
        var (subject, body) = queue.HookWrites ? ("", "") : (templates.Subject(kind, values), templates.Body(kind, values));
        await queue.AddAsync(transaction, new NewMessage(user.Id, Channel.Email, kind.Name, recipient, subject, body, Code: "", Lifetime, details.ToJson()));
    }
}
