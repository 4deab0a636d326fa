using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>Has the transport read in large blocks while a large body arrives.</summary>
public sealed class LargeBodies(RequestDelegate next, TransportMemory memory)
{
    private const long Large = 1024 * 1024;

    public Task InvokeAsync(HttpContext context) => context.Request.ContentLength >= Large ? ReceiveAsync(context) : next(context);

    private async Task ReceiveAsync(HttpContext context)
    {
        memory.BeginLargeBody();
        try
        {
            await next(context);
        }
        finally
        {
            memory.EndLargeBody();
        }
    }
}
