using System.Globalization;
using System.Runtime.InteropServices;

namespace Hedgerow.ImageWorker;

/// <summary>
/// What this process may take of the machine, held by the kernel (setrlimit(2)) however an image confuses libvips. On Linux; elsewhere the gateway's
/// clock is what ends it.
/// </summary>
internal static partial class ProcessLimits
{
    private const int Cpu = 0;
    private const int FileSize = 1;
    private const int CoreFile = 4;
    private const int AddressSpace = 9;
    private const int FileSizeExceeded = 25; // SIGXFSZ
    private const nint Ignore = 1;

    /// <summary>No file is written, no core is dumped, and at most <paramref name="memoryBytes"/> are taken beyond what is there now.</summary>
    public static void Set(long memoryBytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        // A file that is written to all the same is an error then, not the end: libvips' compiler of loops tries one first and does without.
        _ = OnSignal(FileSizeExceeded, Ignore);
        Lower(FileSize, 0);
        Lower(CoreFile, 0);
        // .NET reserves much and uses little of it, so what counts is what comes on top (proc(5), statm: pages).
        var pages = long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture);
        Lower(AddressSpace, pages * Environment.SystemPageSize + memoryBytes);
        _ = Nice(5); // whoever waits for a row comes before whoever waits for a picture
    }

    /// <summary>From now on so many seconds of processor time; past them the kernel ends the process.</summary>
    public static void GiveSeconds(int seconds)
    {
        if (!OperatingSystem.IsLinux()) return;
        _ = GetLimit(Cpu, out var limit);
        limit.Soft = Math.Min(limit.Hard, (ulong)Math.Ceiling(Environment.CpuUsage.TotalTime.TotalSeconds) + (ulong)seconds);
        _ = SetLimit(Cpu, in limit);
    }

    private static void Lower(int resource, long to)
    {
        _ = GetLimit(resource, out var limit);
        limit.Hard = limit.Soft = Math.Min(limit.Hard, (ulong)to);
        if (SetLimit(resource, in limit) != 0) throw new InvalidOperationException($"setrlimit({resource}) failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "nice")]
    private static partial int Nice(int increment);
}
