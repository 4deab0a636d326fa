using System.Net;
using System.Net.Mail;
using System.Text;
using Hedgerow.Auth.Phone;

namespace Hedgerow.Auth.Mail;

/// <summary>
/// Hands mails to the SMTP server, each over a connection of its own. System.Net.Mail is old but speaks what submission needs: STARTTLS, AUTH LOGIN,
/// UTF-8 in header and body.
/// </summary>
public sealed class SmtpDelivery(AuthOptions options) : IDelivery
{
    private readonly MailAddress _from = new(options.Mail.From, options.Mail.SenderName, Encoding.UTF8);

    public string[] Channels { get; } = [Channel.Email];

    public TimeSpan Timeout => TimeSpan.FromSeconds(options.Mail.Smtp.Timeout);

    public async Task<Delivery> SendAsync(ClaimedMail mail, CancellationToken cancellation)
    {
        var smtp = options.Mail.Smtp;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(smtp.Timeout));
        try
        {
            using var client = new SmtpClient(smtp.Host, smtp.Port) { EnableSsl = smtp.Tls };
            if (smtp.User.Length > 0) client.Credentials = new NetworkCredential(smtp.User, smtp.Password);
            using var message = Compose(mail);
            await client.SendMailAsync(message, patience.Token);
            return new Delivery.Taken();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Delivery.NotNow($"no answer within {smtp.Timeout} s");
        }
        catch (SmtpException e)
        {
            var reason = Reason(e);
            return IsFinal(e) ? new Delivery.Never(reason) : new Delivery.NotNow(reason);
        }
        catch (FormatException e)
        {
            return new Delivery.Never(e.Message);
        }
    }

    private MailMessage Compose(ClaimedMail mail)
    {
        var message = new MailMessage(_from, new MailAddress(mail.Recipient))
        {
            Subject = mail.Subject,
            SubjectEncoding = Encoding.UTF8,
            Body = mail.Body,
            BodyEncoding = Encoding.UTF8,
            IsBodyHtml = true,
        };
        // The same over all tries: whoever gets the mail twice can tell.
        message.Headers.Add("Message-ID", $"<hedgerow-{mail.Id}@{_from.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>5xx that is about this mail (RFC 5321 §4.2.1): the recipient's, or the answer to its text. Others are about us, and are mended.</summary>
    private static bool IsFinal(SmtpException e) =>
        (e is SmtpFailedRecipientException && (int)e.StatusCode >= 500) || e.StatusCode is SmtpStatusCode.TransactionFailed or SmtpStatusCode.ExceededStorageAllocation;

    private static string Reason(SmtpException e)
    {
        var cause = e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message;
        return e.StatusCode > 0 ? $"{(int)e.StatusCode}: {cause}" : cause;
    }
}
