using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Hooks;

/// <summary>What hooks that carry messages are told (supabase.com/docs/guides/auth/auth-hooks/send-sms-hook, send-email-hook).</summary>
internal static class MessagePayload
{
    public static async Task<ReadOnlyMemory<byte>> OfAsync(AuthTransaction transaction, ClaimedMail message)
    {
        var user = await UserRows.FindAsync(transaction, message.UserId);
        var isMail = message.Channel == Channel.Email;
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            HookMetadata.Write(json, isMail ? "send-email" : "send-sms", request: null);
            if (user is not null)
            {
                json.WritePropertyName("user");
                UserJson.Write(json, user);
            }
            if (isMail)
            {
                json.WritePropertyName("email_data");
                json.WriteRawValue(message.Details);
            }
            else
            {
                json.WriteStartObject("sms");
                json.WriteString("otp", message.Code);
                json.WriteString("phone", message.Recipient);
                if (message.Kind == PhoneMessageKind.Mfa.Name) json.WriteString("sms_type", "mfa");
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
