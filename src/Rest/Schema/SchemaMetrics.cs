using System.Diagnostics.Metrics;

namespace Hedgerow.Rest.Schema;

/// <summary>The schema cache's metrics, under the names PostgREST gives them (PostgREST, Observability, Schema Cache Metrics).</summary>
internal static class SchemaMetrics
{
    private static readonly Meter s_meter = new("Hedgerow.Rest");

    private static readonly Counter<long> s_loads =
        s_meter.CreateCounter<long>("pgrst_schema_cache_loads_total", description: "The total number of times the schema cache was loaded");

    private static readonly Gauge<double> s_queryTime =
        s_meter.CreateGauge<double>("pgrst_schema_cache_query_time_seconds", description: "The query time in seconds of the last schema cache load");

    public static void Loaded(TimeSpan time)
    {
        s_loads.Add(1, new KeyValuePair<string, object?>("status", "SUCCESS"));
        s_queryTime.Record(time.TotalSeconds);
    }

    public static void Failed() => s_loads.Add(1, new KeyValuePair<string, object?>("status", "FAIL"));
}
