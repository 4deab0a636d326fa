using System.Diagnostics.Metrics;

namespace Hedgerow.Gateway.Metrics;

/// <summary>OpenTelemetry's names in Prometheus' spelling (OpenTelemetry, Prometheus compatibility): units and <c>_total</c> are suffixes.</summary>
internal static class MetricNames
{
    public static string Of(Instrument instrument)
    {
        var name = Sanitise(instrument.Name);
        // PostgREST's own names say everything already.
        if (name.StartsWith("pgrst_", StringComparison.Ordinal)) return name;
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "ms" => "_milliseconds", _ => "" };
        if (!name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
        return IsCounter(instrument) && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    public static string Type(Instrument instrument) => IsHistogram(instrument) ? "histogram" : IsCounter(instrument) ? "counter" : "gauge";

    public static bool IsHistogram(Instrument instrument) => Is(instrument, typeof(Histogram<>));

    /// <summary>Measurements are amounts to be added up.</summary>
    public static bool Adds(Instrument instrument) => Is(instrument, typeof(Counter<>)) || Is(instrument, typeof(UpDownCounter<>));

    public static string Sanitise(string name) =>
        string.Create(name.Length, name, (to, from) =>
        {
            for (var i = 0; i < from.Length; i++) to[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
        });

    private static bool IsCounter(Instrument instrument) => Is(instrument, typeof(Counter<>)) || Is(instrument, typeof(ObservableCounter<>));

    private static bool Is(Instrument instrument, Type generic) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == generic;
}
