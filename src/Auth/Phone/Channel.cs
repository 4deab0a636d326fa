using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary>How a message travels: a value of <c>auth.mail_queue.channel</c>.</summary>
public static class Channel
{
    public const string Email = "email";
    public const string Sms = "sms";
    public const string WhatsApp = "whatsapp";

    /// <summary>Those that lead to phone numbers.</summary>
    public static string[] OfPhones { get; } = [Sms, WhatsApp];

    private static ApiError Invalid { get; } = AuthErrors.Invalid("Invalid channel, supported values are 'sms' or 'whatsapp'");

    /// <summary>What a request asks for; <c>sms</c> unless it says otherwise.</summary>
    public static Result<string> Read(string? requested) => requested switch
    {
        null or "" or Sms => Sms,
        WhatsApp => WhatsApp,
        _ => Invalid,
    };
}
