using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Phone;

/// <summary>Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource), as GoTrue asks it.</summary>
public sealed class TwilioDelivery(AuthOptions options, HttpClient http) : HttpDelivery(Channel.OfPhones, options.Sms.Timeout, http)
{
    private readonly TwilioOptions _twilio = options.Sms.Twilio;

    protected override Task<HttpRequestMessage> ComposeAsync(ClaimedMail message, CancellationToken cancellation)
    {
        var fields = message.Channel == Channel.WhatsApp ? WhatsApp(message) : Sms(message);
        var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"{_twilio.Url.TrimEnd('/')}/2010-04-01/Accounts/{Uri.EscapeDataString(_twilio.AccountSid)}/Messages.json"))
        {
            Content = new FormUrlEncodedContent(fields),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_twilio.AccountSid}:{_twilio.AuthToken}")));
        return Task.FromResult(request);
    }

    protected override Delivery Judge(HttpStatusCode status, string answer)
    {
        var judged = base.Judge(status, answer);
        return judged is Delivery.Taken && StatusOf(answer) is "failed" or "undelivered" ? new Delivery.Never(Reason(status, answer)) : judged;
    }

    private Dictionary<string, string> Sms(ClaimedMail message) => new()
    {
        ["To"] = $"+{message.Recipient}",
        ["Channel"] = message.Channel,
        ["From"] = _twilio.MessageServiceSid,
        ["Body"] = message.Body,
    };

    /// <summary>WhatsApp takes approved templates only; a plain number as sender needs the channel before it.</summary>
    private Dictionary<string, string> WhatsApp(ClaimedMail message) => new()
    {
        ["To"] = $"whatsapp:+{message.Recipient}",
        ["Channel"] = message.Channel,
        ["From"] = PhoneNumber.Normalise(_twilio.MessageServiceSid) is null ? _twilio.MessageServiceSid : $"whatsapp:{_twilio.MessageServiceSid}",
        ["ContentSid"] = _twilio.ContentSid,
        ["ContentVariables"] = JsonSerializer.Serialize(new Dictionary<string, string> { ["1"] = message.Code }),
    };

    private static string? StatusOf(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("status", out var status)
                && status.ValueKind == JsonValueKind.String ? status.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
