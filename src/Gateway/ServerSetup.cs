using Hedgerow.Gateway.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Npgsql;

namespace Hedgerow.Gateway;

/// <summary>Kestrel, its limits, the log and the shutdown: everything below the first middleware.</summary>
internal static class ServerSetup
{
    public static void AddServer(
        this WebApplicationBuilder builder, GatewaySettings settings, IConfiguration configuration, Action<ILoggingBuilder>? logging)
    {
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrelCore();
        TransportMemory.AddTo(builder.Services);
        builder.WebHost.UseSockets(sockets =>
        {
            // A buffer of its own for each idle connection (4 KiB) is cheaper than one more call of the kernel for each request.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
            // A request is read, and its answer sent, by the thread that has it already: waking another costs more than either. Nothing may block that thread while it waits
            // for more of the same request's body, and nothing does (WatchedBody).
            sockets.UnsafePreferInlineScheduling = true;
            // What a connection may send ahead of whoever reads it: many uploads at once must not cost a megabyte each.
            sockets.MaxReadBufferSize = 256 * 1024;
        });
        builder.WebHost.UseUrls(settings.Gateway.Urls);
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, settings));
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(settings.Gateway.ShutdownSeconds));
        AddLog(builder.Logging, configuration, logging);
    }

    /// <summary>Whether the pool gives a connection that answers.</summary>
    public static async ValueTask<bool> AnswersAsync(this NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select 1");
        return await command.ExecuteScalarAsync(cancellation) is 1;
    }

    private static void Limit(KestrelServerOptions kestrel, GatewaySettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.Rest.MaxBodyBytes;
        // Twice ours: what lies between is answered with a body (RequestLimits), what lies above is cut off.
        kestrel.Limits.MaxRequestLineSize = 2 * settings.Gateway.MaxUrlBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 2 * settings.Gateway.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = 200;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
    }

    private static void AddLog(ILoggingBuilder log, IConfiguration configuration, Action<ILoggingBuilder>? logging)
    {
        log.AddConfiguration(configuration.GetSection("Logging"));
        log.AddFilter("Microsoft", LogLevel.Warning);
        // Off entirely: otherwise every request pays for a logging scope and an activity that nobody reads.
        log.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (logging is not null)
        {
            logging(log);
            return;
        }
        log.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Default;
        });
    }
}
