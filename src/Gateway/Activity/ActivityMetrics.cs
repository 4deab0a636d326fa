using System.Diagnostics.Metrics;

namespace Hedgerow.Gateway.Activity;

internal static class ActivityMetrics
{
    private static readonly Meter s_meter = new("Hedgerow.Activity");

    public static Counter<long> Dropped { get; } =
        s_meter.CreateCounter<long>("hedgerow.activity.dropped", description: "Log entries and session touches that could not be written");
}
