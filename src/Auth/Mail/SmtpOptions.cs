namespace Hedgerow.Auth.Mail;

/// <summary>The server that mail is handed to. Section <c>Auth:Mail:Smtp</c>.</summary>
public sealed record SmtpOptions
{
    /// <summary>Its name (<c>GOTRUE_SMTP_HOST</c>). Empty: no mail is sent.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its port for submission (<c>GOTRUE_SMTP_PORT</c>). TLS begins with STARTTLS; servers that expect it from the first byte (465) are not spoken to.</summary>
    public int Port { get; init; } = 587;

    /// <summary>The login (<c>GOTRUE_SMTP_USER</c>; AUTH LOGIN). Empty: none is sent.</summary>
    public string User { get; init; } = "";

    /// <summary>Its password (<c>GOTRUE_SMTP_PASS</c>).</summary>
    public string Password { get; init; } = "";

    /// <summary>STARTTLS with a certificate that this machine trusts is required; a server without it gets no mail. Off: mail and password go in clear.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>Seconds that one mail may take, from the connection to the server's last answer.</summary>
    public int Timeout { get; init; } = 20;

    /// <summary>Seconds until a mail that could not be sent is tried again; each further try waits twice as long, up to 15 minutes.</summary>
    public int RetryDelay { get; init; } = 5;

    /// <summary>Tries after which a mail is given up. What the server refuses for good (5xx for the recipient or the mail) is given up at once.</summary>
    public int MaxAttempts { get; init; } = 10;
}
