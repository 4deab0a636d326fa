using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.Mail;

/// <summary>What is said of mail in the log. Addresses and tokens stand in no line.</summary>
internal static partial class MailLog
{
    [LoggerMessage(1, LogLevel.Warning, "Messages are not sent for the moment: the database is out of reach")]
    public static partial void Stopped(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Message {Id} could not be sent (try {Attempts}), again in {Seconds:0} s: {Reason}")]
    public static partial void Delayed(ILogger logger, long id, int attempts, double seconds, string reason);

    [LoggerMessage(3, LogLevel.Error, "Message {Id} is given up after {Attempts} tries: {Reason}")]
    public static partial void Failed(ILogger logger, long id, int attempts, string reason);

    [LoggerMessage(4, LogLevel.Warning, "No SMTP server is configured (Auth:Mail:Smtp:Host): mails are dropped")]
    public static partial void Dropped(ILogger logger);

    [LoggerMessage(6, LogLevel.Warning, "People may sign in by phone, but nobody carries messages (Auth:Sms:Provider, Auth:Hook:SendSmsUri): they are dropped")]
    public static partial void TextsDropped(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Mail is sent, but new addresses count as confirmed without (Auth:AutoConfirm): anybody can sign up with another's address")]
    public static partial void AddressesUnproved(ILogger logger);
}
