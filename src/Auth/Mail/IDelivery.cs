namespace Hedgerow.Auth.Mail;

/// <summary>What came of handing a message over.</summary>
public abstract record Delivery
{
    /// <summary>It was taken.</summary>
    public sealed record Taken : Delivery;

    /// <summary>It may be taken later.</summary>
    public sealed record NotNow(string Reason) : Delivery;

    /// <summary>It will not be taken, whenever one asks.</summary>
    public sealed record Never(string Reason) : Delivery;
}

/// <summary>Carries the messages of some channels: to an SMTP server, to Twilio, to a hook.</summary>
public interface IDelivery
{
    /// <summary>Values of <c>auth.mail_queue.channel</c>.</summary>
    string[] Channels { get; }

    /// <summary>The longest that handing over takes.</summary>
    TimeSpan Timeout { get; }

    Task<Delivery> SendAsync(ClaimedMail message, CancellationToken cancellation);
}
