using System.Diagnostics.Metrics;

namespace Hedgerow.Auth.Mail;

/// <summary>What became of mails.</summary>
public static class MailMetrics
{
    private static readonly Meter s_meter = new("Hedgerow.Auth");

    private static readonly Counter<long> s_deliveries =
        s_meter.CreateCounter<long>("hedgerow.auth.mail.deliveries", description: "Mails and text messages handed over, by outcome: sent, delayed, failed");

    internal static void Count(Delivery outcome) => s_deliveries.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
    {
        Delivery.Taken => "sent",
        Delivery.NotNow => "delayed",
        _ => "failed",
    }));
}
