using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Gateway.Metrics;

/// <summary>
/// Collects what the platform and Npgsql measure (System.Diagnostics.Metrics) and answers <c>/metrics</c> in Prometheus' text format 0.0.4.
/// </summary>
public sealed class MetricsExposition : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new();

    public MetricsExposition()
    {
        ProcessMetrics.Start();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "Npgsql" && !instrument.Meter.Name.StartsWith("Hedgerow.", StringComparison.Ordinal)) return;
            listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument.Name, _ => new MetricFamily(instrument)));
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Record(value, tags, family));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Record(value, tags, family));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Record(value, tags, family));
        _listener.Start();
    }

    /// <summary>Every series, as text.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(16 * 1024);
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)) family.Write(text);
        PoolMetrics.Write(text, (instrument, tags) => _families.TryGetValue(instrument, out var family) ? family.Sum(tags) : 0);
        return text.ToString();
    }

    private static void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? family)
    {
        foreach (var (name, pool) in tags)
        {
            // A pool without a name is one of the commands', and goes by its connection string: nobody's business here.
            if (name == "db.client.connection.pool.name" && pool is string text && text.Contains('=', StringComparison.Ordinal)) return;
        }
        ((MetricFamily)family!).Record(value, tags);
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>The route.</summary>
public static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        var exposition = routes.ServiceProvider.GetRequiredService<MetricsExposition>();
        routes.MapGet("/metrics", () => Results.Text(exposition.Write(), "text/plain; version=0.0.4; charset=utf-8"));
    }
}
