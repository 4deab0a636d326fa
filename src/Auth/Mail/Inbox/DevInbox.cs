using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Mail.Inbox;

/// <summary>A mail or text message that was not sent.</summary>
public sealed record KeptMail(long Id, string Channel, string Kind, string Recipient, string Subject, string Body, string Code, DateTime CreatedAt);

/// <summary>In development without an SMTP server or an SMS provider: the mails and text messages that would have been sent, newest first.</summary>
public sealed class DevInbox(AuthDatabase database, AuthOptions options)
{
    private const string Kept = """
        select id, channel, kind, recipient, subject, body, code, created_at from auth.mail_queue
        where failed_at is null and channel = any(@channels) and (@recipient = '' or recipient = lower(ltrim(@recipient, '+')))
        order by id desc limit @size
        """;

    /// <param name="recipient">Empty: everybody's.</param>
    public async Task<IReadOnlyList<KeptMail>> ReadAsync(string recipient, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        return [.. await transaction.ManyAsync<KeptMail>(Kept, new { channels = options.KeptChannels, recipient = recipient.Replace("\0", "", StringComparison.Ordinal), size = MailQueue.InboxSize })];
    }
}
