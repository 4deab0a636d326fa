namespace Hedgerow.Auth.Mail;

/// <summary>Mail. Section <c>Auth:Mail</c>; the meanings are those of GoTrue's <c>GOTRUE_SMTP_…</c> and <c>GOTRUE_MAILER_…</c>.</summary>
public sealed record MailOptions
{
    /// <summary>The server that mail is handed to. Without one nothing is sent (<see cref="DevInbox"/>).</summary>
    public SmtpOptions Smtp { get; init; } = new();

    /// <summary>The address that mail comes from (<c>GOTRUE_SMTP_ADMIN_EMAIL</c>). Needed with <see cref="Smtp"/>.</summary>
    public string From { get; init; } = "";

    /// <summary>The name beside <see cref="From"/> (<c>GOTRUE_SMTP_SENDER_NAME</c>). Empty: none.</summary>
    public string SenderName { get; init; } = "";

    /// <summary>Seconds between two mails of one purpose to one address (<c>GOTRUE_SMTP_MAX_FREQUENCY</c>). 0: no limit.</summary>
    public int MaxFrequency { get; init; } = 60;

    /// <summary>An e-mail address changes once both the old and the new one have confirmed it (<c>GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED</c>).</summary>
    public bool SecureEmailChange { get; init; } = true;

    /// <summary>
    /// A folder whose <c>confirmation.html</c>, <c>invite.html</c>, <c>magic_link.html</c>, <c>recovery.html</c>, <c>email_change.html</c>,
    /// <c>reauthentication.html</c>, <c>password_changed_notification.html</c> and the other notices' (<see cref="MailKind"/>) take the place of the mails that are built in (<c>GOTRUE_MAILER_TEMPLATES_…</c>, there URLs). What is not there
    /// stays built in. Empty: all of them.
    /// </summary>
    public string Templates { get; init; } = "";

    /// <summary>Subjects, templates like the bodies (<c>GOTRUE_MAILER_SUBJECTS_…</c>).</summary>
    public MailSubjects Subjects { get; init; } = new();

    /// <summary>
    /// As long as no SMTP server is configured, mails stay in the database, as do text messages that nobody carries, and are shown under
    /// <c>/auth/v1/dev/inbox</c> to browsers on this machine.
    /// Whoever can read it can be anybody: for development only. <c>up</c> turns it on with its embedded PostgreSQL. Off and without SMTP, mails are dropped.
    /// </summary>
    public bool DevInbox { get; init; }

    /// <summary>Mails that tell the person of changes in the account.</summary>
    public MailNotifications Notifications { get; init; } = new();
}

/// <summary>
/// Which changes of an account its person is told of by mail (<c>GOTRUE_MAILER_NOTIFICATIONS_…_ENABLED</c>): at the confirmed address, and of another
/// address at the one before. Section <c>Auth:Mail:Notifications</c>.
/// </summary>
public sealed record MailNotifications
{
    public bool PasswordChanged { get; init; }
    public bool EmailChanged { get; init; }
    public bool PhoneChanged { get; init; }
    public bool IdentityLinked { get; init; }
    public bool IdentityUnlinked { get; init; }
    public bool MfaFactorEnrolled { get; init; }
    public bool MfaFactorUnenrolled { get; init; }
}

/// <summary>Subjects of the mails. Section <c>Auth:Mail:Subjects</c>. Empty: the one that is built in.</summary>
public sealed record MailSubjects
{
    public string Confirmation { get; init; } = "";
    public string Invite { get; init; } = "";
    public string MagicLink { get; init; } = "";
    public string Recovery { get; init; } = "";
    public string EmailChange { get; init; } = "";
    public string Reauthentication { get; init; } = "";
    public string PasswordChanged { get; init; } = "";
    public string EmailChanged { get; init; } = "";
    public string PhoneChanged { get; init; } = "";
    public string IdentityLinked { get; init; } = "";
    public string IdentityUnlinked { get; init; } = "";
    public string MfaFactorEnrolled { get; init; } = "";
    public string MfaFactorUnenrolled { get; init; } = "";
}
