using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Otp;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary>A text message with a code.</summary>
/// <param name="Name">What stands in the queue.</param>
/// <param name="Token">The one-time token inside; empty where the code is kept elsewhere.</param>
public sealed record PhoneMessageKind(string Name, string Token)
{
    public static PhoneMessageKind Confirmation { get; } = new("confirmation", OneTimeTokens.Confirmation);

    /// <summary>A sign-in without a password, of somebody who is there: what it confirms forgets the password (<see cref="PhoneVerify"/> tells why).</summary>
    public static PhoneMessageKind SignIn { get; } = new("sign_in", OneTimeTokens.Recovery);

    public static PhoneMessageKind PhoneChange { get; } = new("phone_change", OneTimeTokens.PhoneChange);
    public static PhoneMessageKind Reauthentication { get; } = new("reauthentication", OneTimeTokens.Reauthentication);
    public static PhoneMessageKind Mfa { get; } = new("mfa", "");
}

/// <summary>
/// Text messages with codes: makes the code, remembers when it was sent, and queues the message, all in the caller's transaction and in the same
/// statements whether or not there is such a user. What is queued is not lost; that is why no answer bears a provider's <c>message_id</c>.
/// </summary>
public sealed class PhoneMessages(OneTimeTokens tokens, MailQueue queue, MailTurns turns, TestCodes testCodes, AuthOptions options)
{
    private const string SetConfirmation = "update auth.users set confirmation_sent_at = now(), updated_at = now() where id = @id";
    private const string SetReauthentication = "update auth.users set reauthentication_sent_at = now(), updated_at = now() where id = @id";
    private const string SetPhoneChange = "update auth.users set phone_change = @phone, phone_change_sent_at = now(), updated_at = now() where id = @id";

    // Messages cost money, and some numbers share it with whoever has them written to: PT429 undoes the transaction, and the route answers it.
    private const string TakeMessage = "select hedgerow.take_rate('auth:sms:sent', @allowed, '1 hour')";

    /// <summary>The refusal where the number was written to a moment ago; the caller must not commit then. Test numbers are not written to.</summary>
    public async Task<ApiError?> TooSoonAsync(AuthTransaction transaction, string phone, PhoneMessageKind kind) =>
        testCodes.Of(phone) is null && await turns.WaitAsync(transaction, phone, $"sms/{kind.Name}", options.Sms.MaxFrequency) is > 0 and var wait
            ? AuthErrors.TooManyTexts(wait)
            : null;

    /// <summary>Sends a code that <c>/verify</c> or a nonce redeems.</summary>
    /// <param name="user">Where nobody has the id, the same is done and nothing stays of it.</param>
    public async Task SendAsync(AuthTransaction transaction, Guid user, string phone, PhoneMessageKind kind, string channel)
    {
        await transaction.ExecuteAsync(
            kind == PhoneMessageKind.PhoneChange ? SetPhoneChange : kind == PhoneMessageKind.Reauthentication ? SetReauthentication : SetConfirmation, new { id = user, phone });
        var code = testCodes.Of(phone) ?? OneTimeTokens.NewCode(options.Sms.OtpLength);
        await tokens.StoreAsync(transaction, user, kind.Token, phone, code);
        await QueueAsync(transaction, user, phone, kind, channel, code, options.Sms.OtpExpiry);
    }

    /// <summary>Sends a code that the caller has stored.</summary>
    public async Task QueueAsync(AuthTransaction transaction, Guid user, string phone, PhoneMessageKind kind, string channel, string code, int lifetime)
    {
        if (testCodes.Of(phone) is not null) return;
        if (options.SendsTexts && options.RateLimits.SmsSent > 0) await transaction.ExecuteAsync(TakeMessage, new { allowed = options.RateLimits.SmsSent });
        var text = options.Sms.Template.Replace("{{ .Code }}", code, StringComparison.Ordinal).Replace("{{.Code}}", code, StringComparison.Ordinal);
        await queue.AddAsync(transaction, new NewMessage(user, channel, kind.Name, phone, "", text, code, lifetime));
    }

    /// <summary>The code of a challenge to this number: the test number's own, or a new one.</summary>
    public string NewCode(string phone) => testCodes.Of(phone) ?? OneTimeTokens.NewCode(options.Sms.OtpLength);
}
