using Hedgerow.Auth.Otp;

namespace Hedgerow.Auth.Mail;

/// <summary>A mail that the room sends, under GoTrue's names.</summary>
/// <param name="Name">The template, and what stands in the queue.</param>
/// <param name="Verification">The <c>type</c> that <c>/verify</c> is asked with; empty where the code goes elsewhere, or there is none.</param>
/// <param name="Token">The one-time token inside; empty in notices.</param>
/// <param name="Subject">Unless the configuration has another.</param>
/// <param name="Configured">The configuration's; empty where it has none.</param>
public sealed record MailKind(string Name, string Verification, string Token, string Subject, Func<MailSubjects, string> Configured)
{
    public static MailKind Confirmation { get; } = new("confirmation", "signup", OneTimeTokens.Confirmation, "Confirm your e-mail address", subjects => subjects.Confirmation);
    public static MailKind Invite { get; } = new("invite", "invite", OneTimeTokens.Confirmation, "You have been invited", subjects => subjects.Invite);
    public static MailKind MagicLink { get; } = new("magic_link", "magiclink", OneTimeTokens.Recovery, "Your sign-in link", subjects => subjects.MagicLink);
    public static MailKind Recovery { get; } = new("recovery", "recovery", OneTimeTokens.Recovery, "Reset your password", subjects => subjects.Recovery);
    public static MailKind EmailChange { get; } = new("email_change", "email_change", OneTimeTokens.EmailChangeNew, "Confirm the change of your e-mail address", subjects => subjects.EmailChange);
    public static MailKind Reauthentication { get; } = new("reauthentication", "", OneTimeTokens.Reauthentication, "{{ .Token }} is your verification code", subjects => subjects.Reauthentication);

    public static MailKind PasswordChanged { get; } = Notice("password_changed", "Your password was changed", subjects => subjects.PasswordChanged);
    public static MailKind EmailChanged { get; } = Notice("email_changed", "Your e-mail address was changed", subjects => subjects.EmailChanged);
    public static MailKind PhoneChanged { get; } = Notice("phone_changed", "Your phone number was changed", subjects => subjects.PhoneChanged);
    public static MailKind IdentityLinked { get; } = Notice("identity_linked", "A way to sign in was added", subjects => subjects.IdentityLinked);
    public static MailKind IdentityUnlinked { get; } = Notice("identity_unlinked", "A way to sign in was removed", subjects => subjects.IdentityUnlinked);
    public static MailKind MfaFactorEnrolled { get; } = Notice("mfa_factor_enrolled", "A second factor was added", subjects => subjects.MfaFactorEnrolled);
    public static MailKind MfaFactorUnenrolled { get; } = Notice("mfa_factor_unenrolled", "A second factor was removed", subjects => subjects.MfaFactorUnenrolled);

    public static IReadOnlyList<MailKind> All { get; } =
    [
        Confirmation, Invite, MagicLink, Recovery, EmailChange, Reauthentication,
        PasswordChanged, EmailChanged, PhoneChanged, IdentityLinked, IdentityUnlinked, MfaFactorEnrolled, MfaFactorUnenrolled,
    ];

    /// <summary>What a hook knows the mail by (GoTrue's <c>email_action_type</c>).</summary>
    public string ActionType => Verification.Length > 0 ? Verification : Name;

    private static MailKind Notice(string name, string subject, Func<MailSubjects, string> configured) =>
        new($"{name}_notification", Verification: "", Token: "", subject, configured);
}
