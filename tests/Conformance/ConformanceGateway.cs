using Hedgerow.Gateway;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Gateway.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Tests.Conformance;

/// <summary>A gateway on a database of its own with the cases' content, ready to answer.</summary>
internal static class ConformanceGateway
{
    public static async Task<WebApplication> StartAsync(Dictionary<string, string?> settings)
    {
        settings["Db:Url"] = await ConformanceDatabase.CloneAsync();
        settings["Db:ServeAsLogin"] = "true";
        settings["Gateway:Urls"] = "http://127.0.0.1:0";
        var gateway = GatewayHost.Build(GatewaySettings.Layer([], settings), log => log.ClearProviders());
        await gateway.StartAsync();
        Assert.Empty(await gateway.Services.GetRequiredService<Readiness>().MissingAsync(CancellationToken.None));
        return gateway;
    }
}
