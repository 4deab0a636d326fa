using Hedgerow.Auth.Data;
using Hedgerow.Auth.Mail;

namespace Hedgerow.Auth.Hooks;

/// <summary>A function of the database's that carries messages, or hands them on.</summary>
/// <param name="channels">Values of <c>auth.mail_queue.channel</c>.</param>
public sealed class FunctionHookDelivery(string[] channels, HookTarget.Function function, AuthDatabase database, HookCaller caller, AuthOptions options) : IDelivery
{
    public string[] Channels => channels;

    public TimeSpan Timeout => TimeSpan.FromMilliseconds(options.Hook.TimeoutMilliseconds) + TimeSpan.FromSeconds(1);

    public async Task<Delivery> SendAsync(ClaimedMail message, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        try
        {
            await caller.AskAsync(transaction, function, await MessagePayload.OfAsync(transaction, message));
            await transaction.CommitAsync();
            return new Delivery.Taken();
        }
        // What it says of this message is final; what is wrong with the function is mended.
        catch (RefusedException e)
        {
            return e.Refusal is { Status: >= 400 and < 500 and not (408 or 422 or 429) } ? new Delivery.Never(e.Message) : new Delivery.NotNow(e.Message);
        }
    }
}
