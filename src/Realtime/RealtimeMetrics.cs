using System.Diagnostics.Metrics;

namespace Hedgerow.Realtime;

/// <summary>What the room counts.</summary>
public static class RealtimeMetrics
{
    private static readonly Meter s_meter = new("Hedgerow.Realtime");

    public static Counter<long> ChangesRead { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.changes.read", description: "Row changes decoded from the write-ahead log");
    public static Counter<long> ChangesSent { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.changes.sent", description: "Row changes put into a subscription's buffer");
    public static Counter<long> Checks { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.visibility.checks", description: "Statements that asked a table's policies for one role and claims");
    public static Histogram<double> CheckDuration { get; } = s_meter.CreateHistogram<double>("hedgerow.realtime.visibility.duration", "s", "Round trips that asked policies");
    public static Counter<long> Cuts { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.subscriptions.cut", description: "Subscriptions ended because their client did not read");
    public static Counter<long> Stalls { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.subscriptions.stalled", description: "Times a subscription's buffer was full, so that it went on from the log when its client had read");
    public static Counter<long> Replays { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.replays", description: "Times the log was read again for clients that came back");
    public static Counter<long> Broadcasts { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.broadcasts", description: "Messages sent to topics");
    public static Counter<long> BroadcastsDelivered { get; } = s_meter.CreateCounter<long>("hedgerow.realtime.broadcasts.delivered", description: "Broadcast messages handed to members of topics");
    public static UpDownCounter<long> Connections { get; } = s_meter.CreateUpDownCounter<long>("hedgerow.realtime.connections", description: "Open sockets");
    public static UpDownCounter<long> Subscriptions { get; } = s_meter.CreateUpDownCounter<long>("hedgerow.realtime.subscriptions", description: "Subscriptions to row changes");
}
