using System.Diagnostics.Metrics;

namespace Hedgerow.Gateway.Metrics;

/// <summary>The process itself, under Prometheus' conventional names.</summary>
internal static class ProcessMetrics
{
    private static readonly Meter s_meter = new("Hedgerow.Process");

    static ProcessMetrics()
    {
        s_meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, description: "Resident memory size in bytes");
        s_meter.CreateObservableCounter("process_cpu_seconds", () => Environment.CpuUsage.TotalTime.TotalSeconds, description: "Total user and system CPU time in seconds");
        s_meter.CreateObservableGauge("dotnet_gc_heap_bytes", () => GC.GetTotalMemory(false), description: "Bytes that the garbage collector holds");
    }

    /// <summary>Makes sure that the instruments exist.</summary>
    public static void Start()
    {
    }
}
