using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Mail;

/// <summary>A mail or text message that is ready to be sent.</summary>
/// <param name="User">Whose it is: with the user, it goes. Where nobody has the id, nothing is queued.</param>
/// <param name="Channel">How it travels (<see cref="Phone.Channel"/>).</param>
/// <param name="Code">The one-time code of a text message; empty in mails.</param>
/// <param name="Lifetime">Seconds after which it is worth nothing any more.</param>
/// <param name="Details">A JSON object for a hook that writes the mail itself.</param>
public sealed record NewMessage(Guid User, string Channel, string Kind, string Recipient, string Subject, string Body, string Code, int Lifetime, string Details = "{}");

/// <summary>A mail or text message that this sender has taken; nobody else does before its time is over.</summary>
/// <param name="Attempts">Tries, this one included.</param>
/// <param name="IsExpired">What it carries is worth nothing any more.</param>
public sealed record ClaimedMail(
    long Id, Guid UserId, string Channel, string Kind, string Recipient, string Subject, string Body, string Code, string Details, int Attempts, bool IsExpired);

/// <summary>
/// <c>auth.mail_queue</c>. Queued in the transaction of the token; taken with <c>skip locked</c>, so that replicas share the work; deleted once sent.
/// A sender holds no transaction while it sends: it moves the mail's next time behind the longest that sending takes, and when it dies, that time comes.
/// </summary>
public sealed class MailQueue(AuthDatabase database, AuthOptions options)
{
    /// <summary>Told at each commit that queues a mail.</summary>
    public const string Channel = "hedgerow_auth_mail";

    /// <summary>Mails that an inbox keeps.</summary>
    public const int InboxSize = 200;

    private const string Add = $"""
        with queued as (
          insert into auth.mail_queue (user_id, channel, kind, recipient, subject, body, code, details, expires_at)
          select u.id, @channel, @kind, @recipient, @subject, @body, @code, @details::jsonb, now() + make_interval(secs => @lifetime) from auth.users u where u.id = @user
          returning id)
        select pg_notify('{Channel}', '') from queued
        """;

    private const string Trim = """
        delete from auth.mail_queue
        where channel = any(@kept) and id <= (select id from auth.mail_queue where channel = any(@kept) order by id desc offset @size limit 1)
        """;

    private const string Claim = """
        update auth.mail_queue set attempts = attempts + 1, due_at = now() + make_interval(secs => @lease)
        where id in (
          select id from auth.mail_queue where due_at <= now() and failed_at is null and channel = any(@channels) order by due_at, id limit @limit for update skip locked)
        returning id, user_id as userid, channel, kind, recipient, subject, body, code, details::text, attempts, expires_at < now() as isexpired
        """;

    private const string Sent = "delete from auth.mail_queue where id = @id";

    private const string Retry = "update auth.mail_queue set last_error = @error, due_at = now() + make_interval(secs => @delay) where id = @id";

    // The tokens go; who was not reached, and why, stays for a month.
    private const string Fail = """
        with old as (
          delete from auth.mail_queue where id in (
            select id from auth.mail_queue where failed_at < now() - interval '30 days' order by failed_at limit 20 for update skip locked))
        update auth.mail_queue set last_error = @error, failed_at = now(), subject = '', body = '', code = '', details = '{}' where id = @id
        """;

    private const string NextDue = "select extract(epoch from min(due_at) - now())::float8 from auth.mail_queue where failed_at is null and channel = any(@channels)";

    /// <summary>Whether mails are written by a hook: then subject and body are not asked for.</summary>
    public bool HookWrites => options.Hook.SendEmailUri.Length > 0;

    /// <summary>Queues a message in the caller's transaction; where it is neither sent nor shown, drops it.</summary>
    public async Task AddAsync(AuthTransaction transaction, NewMessage mail)
    {
        var isKept = options.KeptChannels.Contains(mail.Channel);
        if (!isKept && !(mail.Channel == Phone.Channel.Email ? options.SendsMail : options.SendsTexts)) return;
        await transaction.ExecuteAsync(Add, new
        {
            user = mail.User,
            channel = mail.Channel,
            kind = mail.Kind,
            recipient = mail.Recipient,
            subject = mail.Subject,
            body = mail.Body,
            code = mail.Code,
            details = mail.Details,
            lifetime = (double)mail.Lifetime,
        });
        if (isKept) await transaction.ExecuteAsync(Trim, new { kept = options.KeptChannels, size = InboxSize });
    }

    /// <summary>Takes up to <paramref name="limit"/> messages that are due.</summary>
    /// <param name="channels">Those that this gateway can send.</param>
    public async Task<IReadOnlyList<ClaimedMail>> ClaimAsync(string[] channels, int limit, TimeSpan lease, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        var claimed = await transaction.ManyAsync<ClaimedMail>(Claim, new { channels, limit, lease = lease.TotalSeconds });
        await transaction.CommitAsync();
        return [.. claimed];
    }

    /// <summary>The server has it.</summary>
    public Task SentAsync(long id, CancellationToken cancellation) => ExecuteAsync(Sent, new { id }, cancellation);

    /// <summary>Another try, later.</summary>
    public Task RetryAsync(long id, string error, TimeSpan delay, CancellationToken cancellation) =>
        ExecuteAsync(Retry, new { id, error, delay = delay.TotalSeconds }, cancellation);

    /// <summary>No further try.</summary>
    public Task FailAsync(long id, string error, CancellationToken cancellation) => ExecuteAsync(Fail, new { id, error }, cancellation);

    /// <summary>How long until a mail is due; null where none waits.</summary>
    public async Task<TimeSpan?> NextDueAsync(string[] channels, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        return await transaction.OneAsync<double?>(NextDue, new { channels }) is { } seconds ? TimeSpan.FromSeconds(Math.Max(0, seconds)) : null;
    }

    private async Task ExecuteAsync(string sql, object parameters, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        await transaction.ExecuteAsync(sql, parameters);
        await transaction.CommitAsync();
    }
}
