using System.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Auth.Mail;

/// <summary>
/// Sends what is queued, mails and text messages alike, in every replica: at once when a commit tells of one, else when the next one is due. What it has
/// begun when the platform stops, it ends; what it cannot end is due again when its time is over.
/// </summary>
public sealed class MailSender(NpgsqlDataSource database, MailQueue queue, IEnumerable<IDelivery> deliveries, AuthOptions options, ILogger<MailSender> logger) : BackgroundService
{
    /// <summary>Mails under way at a time.</summary>
    private const int Hands = 4;

    /// <summary>The longest that nobody looks. Poolers in transaction mode pass no notifications on.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, IDelivery> _deliveries =
        deliveries.SelectMany(delivery => delivery.Channels, (delivery, channel) => (delivery, channel)).ToDictionary(pair => pair.channel, pair => pair.delivery);

    private string[] Channels => [.. _deliveries.Keys];

    /// <summary>Beyond the time that sending takes: for the delete, and for clocks.</summary>
    private TimeSpan Lease => _deliveries.Values.Max(delivery => delivery.Timeout) + TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                MailLog.Stopped(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using (var listen = new NpgsqlCommand($"listen {MailQueue.Channel}", connection)) await listen.ExecuteNonQueryAsync(stopping);
        try
        {
            await AttendAsync(connection, stopping);
        }
        finally
        {
            // The connection goes back to the others'.
            if (connection.FullState == ConnectionState.Open)
            {
                await using var unlisten = new NpgsqlCommand($"unlisten {MailQueue.Channel}", connection);
                await unlisten.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    private async Task AttendAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        while (true)
        {
            while (await SendDueAsync(stopping)) { }
            var wait = await queue.NextDueAsync(Channels, stopping) is { } due && due < s_patience ? due : s_patience;
            if (await connection.WaitAsync(wait > TimeSpan.FromMilliseconds(10) ? wait : TimeSpan.FromMilliseconds(10), stopping)) continue;
            // A connection that is dead says nothing either.
            await using var ping = new NpgsqlCommand("select 1", connection);
            await ping.ExecuteNonQueryAsync(stopping);
        }
    }

    /// <summary>True where there may be more.</summary>
    private async Task<bool> SendDueAsync(CancellationToken stopping)
    {
        var mails = await queue.ClaimAsync(Channels, Hands, Lease, stopping);
        // Not stopped with the platform: what was handed over must be taken from the queue, or it is sent again.
        await Task.WhenAll(mails.Select(mail => SendAsync(mail, CancellationToken.None)));
        return mails.Count == Hands;
    }

    private async Task SendAsync(ClaimedMail mail, CancellationToken cancellation)
    {
        var outcome = mail.IsExpired ? new Delivery.Never(mail.Attempts > 1 ? "not delivered while its token was good" : "its token expired before it could be sent")
            : mail.Attempts > options.Mail.Smtp.MaxAttempts ? new Delivery.Never("no gateway that took it lived to send it")
            : await _deliveries[mail.Channel].SendAsync(mail, cancellation);
        if (outcome is Delivery.NotNow later && mail.Attempts >= options.Mail.Smtp.MaxAttempts) outcome = new Delivery.Never(later.Reason);
        MailMetrics.Count(outcome);
        switch (outcome)
        {
            case Delivery.Taken:
                await queue.SentAsync(mail.Id, cancellation);
                break;
            case Delivery.NotNow notNow:
                var delay = DelayAfter(mail.Attempts);
                MailLog.Delayed(logger, mail.Id, mail.Attempts, delay.TotalSeconds, WithoutAddress(notNow.Reason));
                await queue.RetryAsync(mail.Id, notNow.Reason, delay, cancellation);
                break;
            case Delivery.Never never:
                MailLog.Failed(logger, mail.Id, mail.Attempts, WithoutAddress(never.Reason));
                await queue.FailAsync(mail.Id, never.Reason, cancellation);
                break;
        }

        // Servers like to repeat it. The table may hold it, the log not.
        string WithoutAddress(string reason) => reason.Replace(mail.Recipient, "the recipient", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Twice as long each time.</summary>
    private TimeSpan DelayAfter(int attempts)
    {
        var delay = TimeSpan.FromSeconds(options.Mail.Smtp.RetryDelay * Math.Pow(2, Math.Min(attempts - 1, 20)));
        return delay < s_longestDelay ? delay : s_longestDelay;
    }
}
