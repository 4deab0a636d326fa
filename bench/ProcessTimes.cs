using System.Globalization;

namespace Hedgerow.Bench;

/// <summary>CPU time as Linux counts it (proc(5), <c>/proc/PID/stat</c>, in ticks of 10 ms).</summary>
internal static class ProcessTimes
{
    public static TimeSpan Of(int process) => Read(process) is var (_, own, _) ? own : TimeSpan.Zero;

    /// <summary>A process, its living children, and those of its children that it has waited for.</summary>
    public static TimeSpan OfTree(int process)
    {
        if (process == 0 || !Directory.Exists("/proc")) return TimeSpan.Zero;
        var sum = Read(process) is var (_, own, waited) ? own + waited : TimeSpan.Zero;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is var (parent, time, _) && parent == process) sum += time;
        }
        return sum;
    }

    private static (int Parent, TimeSpan Own, TimeSpan Waited)? Read(int process)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            TimeSpan Ticks(int at) => TimeSpan.FromMilliseconds(10 * double.Parse(fields[at], CultureInfo.InvariantCulture));
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
