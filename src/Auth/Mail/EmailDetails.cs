using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Auth.Mail;

/// <summary>What a hook that writes mails itself is told of one (supabase.com/docs/guides/auth/auth-hooks/send-email-hook, <c>email_data</c>). Empty: does not apply.</summary>
public sealed record EmailDetails
{
    public required string ActionType { get; init; }
    public required string SiteUrl { get; init; }
    public string RedirectTo { get; init; } = "";
    public string Token { get; init; } = "";
    public string TokenHash { get; init; } = "";

    /// <summary>Where two addresses must agree: the new one's code. Its link goes by <see cref="TokenHash"/>, that of the present one by <see cref="TokenHashNew"/>, as in GoTrue.</summary>
    public string TokenNew { get; init; } = "";
    public string TokenHashNew { get; init; } = "";
    public string OldEmail { get; init; } = "";
    public string OldPhone { get; init; } = "";
    public string Provider { get; init; } = "";
    public string FactorType { get; init; } = "";

    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("token", Token);
            json.WriteString("token_hash", TokenHash);
            json.WriteString("redirect_to", RedirectTo);
            json.WriteString("email_action_type", ActionType);
            json.WriteString("site_url", SiteUrl);
            json.WriteString("token_new", TokenNew);
            json.WriteString("token_hash_new", TokenHashNew);
            json.WriteString("old_email", OldEmail);
            json.WriteString("old_phone", OldPhone);
            json.WriteString("provider", Provider);
            json.WriteString("factor_type", FactorType);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
