using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Mail.Inbox;

/// <summary>A mail that was not sent.</summary>
public sealed record KeptMail(long Id, string Kind, string Recipient, string Subject, string Body, DateTime CreatedAt);

/// <summary>In development without an SMTP server: the mails that would have been sent, newest first.</summary>
public sealed class DevInbox(AuthDatabase database)
{
    private const string Kept = """
        select id, kind, recipient, subject, body, created_at from auth.mail_queue
        where failed_at is null and (@recipient = '' or recipient = lower(@recipient))
        order by id desc limit @size
        """;

    /// <param name="recipient">Empty: everybody's.</param>
    public async Task<IReadOnlyList<KeptMail>> ReadAsync(string recipient, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        return [.. await transaction.ManyAsync<KeptMail>(Kept, new { recipient = recipient.Replace("\0", "", StringComparison.Ordinal), size = MailQueue.InboxSize })];
    }
}
