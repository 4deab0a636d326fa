using System.Globalization;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Mail;

namespace Hedgerow.Auth.Hooks;

/// <summary>A hook behind an address that carries messages. It is asked again with the same <c>webhook-id</c> when it does not answer 2xx, so that it can tell.</summary>
/// <param name="channels">Values of <c>auth.mail_queue.channel</c>.</param>
/// <param name="timeout">Seconds.</param>
public sealed class HttpHookDelivery(string[] channels, int timeout, HookTarget.Http address, AuthDatabase database, HttpClient http, TimeProvider clock)
    : HttpDelivery(channels, timeout, http)
{
    protected override async Task<HttpRequestMessage> ComposeAsync(ClaimedMail message, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        var payload = await MessagePayload.OfAsync(transaction, message);
        return HookCaller.Request(address, $"msg_{message.Id.ToString(CultureInfo.InvariantCulture)}", clock.GetUtcNow(), payload);
    }
}
