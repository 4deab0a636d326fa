using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Phone;

/// <summary>
/// A hook of yours that carries the message (supabase.com/docs/guides/auth/auth-hooks/send-sms-hook), signed by Standard Webhooks. It is asked
/// again with the same <c>webhook-id</c> when it does not answer 2xx, so that it can tell.
/// </summary>
public sealed class HookDelivery(AuthDatabase database, AuthOptions options, HttpClient http, TimeProvider clock) : SmsDelivery(options, http)
{
    private readonly WebhookSignature _signature = WebhookSignature.Parse(options.Hook.SendSmsSecrets);
    private readonly Uri _uri = new(options.Hook.SendSmsUri);

    protected override async Task<HttpRequestMessage> ComposeAsync(ClaimedMail message, CancellationToken cancellation)
    {
        var body = await PayloadAsync(message, cancellation);
        var id = $"msg_{message.Id.ToString(CultureInfo.InvariantCulture)}";
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, _uri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _signature.Of(id, timestamp, body));
        return request;
    }

    private async Task<byte[]> PayloadAsync(ClaimedMail message, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        var user = await UserRows.FindAsync(transaction, message.UserId);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            HookMetadata.Write(json, "send-sms", request: null);
            if (user is not null)
            {
                json.WritePropertyName("user");
                UserJson.Write(json, user);
            }
            json.WriteStartObject("sms");
            json.WriteString("otp", message.Code);
            json.WriteString("phone", message.Recipient);
            if (message.Kind == PhoneMessageKind.Mfa.Name) json.WriteString("sms_type", "mfa");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
