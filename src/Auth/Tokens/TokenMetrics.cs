using System.Diagnostics.Metrics;

namespace Hedgerow.Auth.Tokens;

/// <summary>The token cache's counters, under the names PostgREST gives them (PostgREST, Observability, JWT Cache Metrics).</summary>
public static class TokenMetrics
{
    private static readonly Meter s_meter = new("Hedgerow.Auth");

    public static Counter<long> Requests { get; } =
        s_meter.CreateCounter<long>("pgrst_jwt_cache_requests_total", description: "The total number of JWT cache lookups");

    public static Counter<long> Hits { get; } =
        s_meter.CreateCounter<long>("pgrst_jwt_cache_hits_total", description: "The total number of JWT cache hits");

    public static Counter<long> Evictions { get; } =
        s_meter.CreateCounter<long>("pgrst_jwt_cache_evictions_total", description: "The total number of JWT cache evictions");
}
