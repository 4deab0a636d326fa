using Hedgerow.Postgres;
using Hedgerow.Realtime.Api;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Phoenix;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.SignalR;
using Hedgerow.Realtime.Topics;
using Hedgerow.Realtime.Visibility;
using Hedgerow.Realtime.Wal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Realtime;

/// <summary>The Realtime room: what it is made of, and its routes.</summary>
public static class RealtimeEndpoints
{
    /// <param name="verify">Who a token makes its bearer.</param>
    public static void AddRealtime(this IServiceCollection services, RealtimeOptions options, RealtimeDatabase database, Func<string, Identity> verify)
    {
        services.AddSingleton(options);
        services.AddSingleton(database);
        services.AddSingleton(new ChangeLog((long)options.RecentMegabytes << 20));
        services.AddSingleton<Slots>();
        services.AddSingleton<AccessCatalogue>();
        services.AddSingleton<TypeCatalogue>();
        services.AddSingleton<RowCheck>();
        services.AddSingleton<ChangeDelivery>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<Replay>();
        services.AddSingleton<CatchUp>();
        services.AddSingleton<BindingPlanner>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<Backplane>();
        services.AddSingleton<TopicHub>();
        services.AddSingleton<TopicAccess>();
        services.AddSingleton<SentMessages>();
        services.AddSingleton(room => ActivatorUtilities.CreateInstance<PresenceTable>(room, TimeProvider.System));
        services.AddSingleton<WalHandlers>(room => new WalHandlers(
            emitted => room.GetRequiredService<Backplane>().Receive(
                emitted, message => room.GetRequiredService<TopicHub>().Deliver(message), room.GetRequiredService<PresenceTable>().Receive),
            room.GetRequiredService<SentMessages>().Deliver,
            room.GetRequiredService<PresenceTable>().Hello));
        services.AddSingleton<WalReader>();
        services.AddSingleton<Retention>();
        services.AddSingleton<RealtimeEngine>();
        services.AddHostedService(room => room.GetRequiredService<RealtimeEngine>());
        services.AddSingleton(room => new RealtimeRoom(
            options, new ConnectionLimit(options), verify, room.GetRequiredService<ChangeFeed>(), room.GetRequiredService<TopicHub>(), room.GetRequiredService<TopicAccess>(),
            room.GetRequiredService<PresenceTable>(), room.GetRequiredService<ILogger<RealtimeRoom>>(), room.GetRequiredService<RealtimeEngine>().Closing));
        services.AddSingleton<PhoenixEndpoint>();
        services.AddSingleton<BroadcastEndpoint>();
        services.AddLogging(log => log.AddFilter(HubFaults.Dispatcher, LogLevel.None));
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = options.MaxFrameBytes;
            hub.AddFilter<HubFaults>();
        });
    }

    public static void MapRealtime(this IEndpointRouteBuilder routes)
    {
        var phoenix = routes.ServiceProvider.GetRequiredService<PhoenixEndpoint>();
        var broadcast = routes.ServiceProvider.GetRequiredService<BroadcastEndpoint>();
        routes.Map("/realtime/v1/websocket", phoenix.HandleAsync);
        routes.MapHub<RealtimeHub>("/realtime/v1/hub")
            .RequireToken(routes.ServiceProvider.GetRequiredService<RealtimeRoom>(), routes.ServiceProvider.GetRequiredService<RealtimeEngine>());
        routes.MapPost("/realtime/v1/api/broadcast", broadcast.PostBatchAsync);
        routes.MapPost("/realtime/v1/api/broadcast/{topic}/events/{name}", broadcast.PostOneAsync);
    }
}
