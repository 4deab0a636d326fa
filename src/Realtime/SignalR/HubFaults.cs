using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Realtime.SignalR;

/// <summary>Logs what no client caused. SignalR's own dispatcher logs every refusal as a failure, and is silenced for that.</summary>
internal sealed class HubFaults(ILogger<RealtimeHub> logger) : IHubFilter
{
    /// <summary>The category of the dispatcher's log.</summary>
    public const string Dispatcher = "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher";

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception e) when (e is not (HubException or OperationCanceledException))
        {
            Log.SocketFailed(logger, e);
            throw;
        }
    }
}
