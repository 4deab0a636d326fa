using Hedgerow.Gateway.Activity;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Gateway.Metrics;
using Hedgerow.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Gateway.Operations;

/// <summary>What the host has of its own: readiness, metrics, activity.</summary>
internal static class OperationsSetup
{
    public static void AddOperations(this IServiceCollection services, GatewayOptions options, NpgsqlDataSource database)
    {
        services.AddSingleton<Readiness>();
        services.AddSingleton(new ReadinessCheck("database", database.AnswersAsync));
        services.AddSingleton(provider => new ReadinessCheck("schema", async cancellation =>
        {
            await provider.GetRequiredService<LiveSettings>().EnsureReadAsync(cancellation);
            return await provider.GetRequiredService<LiveRest>().IsLoadedAsync(cancellation);
        }));
        services.AddSingleton<MetricsExposition>();
        services.AddSingleton(provider => new ActivityRecorder(database, provider.GetRequiredService<ILogger<ActivityRecorder>>()));
        services.AddHostedService(provider => provider.GetRequiredService<ActivityRecorder>());
        services.AddSingleton(provider => new ApiLog(provider.GetRequiredService<ActivityRecorder>(), options.ApiLogs));
        // The container closes the pool after everything that uses it.
        services.AddSingleton<NpgsqlDataSource>(_ => database);
    }

    /// <summary>Takes the client's address from the proxies that are believed; without any, the socket's stands.</summary>
    public static void TrustProxies(this WebApplication app, GatewayOptions options)
    {
        if (options.TrustedProxies.Length == 0) return;
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in TrustedProxies.Split(options.TrustedProxies))
            forwarded.KnownIPNetworks.Add(TrustedProxies.Parse(proxy) ?? throw new InvalidOperationException("The settings were checked at start."));
        app.UseForwardedHeaders(forwarded);
    }
}
