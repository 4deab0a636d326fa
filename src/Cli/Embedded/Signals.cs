using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hedgerow.Cli.Embedded;

/// <summary>Sends signals, which .NET cannot (<see cref="Process.Kill()"/> is always SIGKILL).</summary>
public static class Signals
{
    /// <summary>Interrupt. To PostgreSQL: fast shutdown, sessions are ended.</summary>
    public const int Interrupt = 2;

    /// <summary>Quit. To PostgreSQL: immediate shutdown, the next start recovers from the write-ahead log.</summary>
    public const int Quit = 3;

    /// <summary>Terminate. To PostgreSQL: smart shutdown, sessions may finish.</summary>
    public const int Terminate = 15;

    /// <summary>False where there is no such process or it is another's.</summary>
    public static bool Send(int pid, int signal) => pid > 1 && kill(pid, signal) == 0;

    /// <summary>
    /// Whether <paramref name="pid"/> runs a program whose name begins with <paramref name="name"/>. A process id that another program was given since,
    /// and a process that has ended and waits to be reaped, do not.
    /// </summary>
    public static bool Runs(int pid, string name)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // proc(5), /proc/pid/stat: "pid (comm) state …"; comm may hold blanks and parentheses.
                var stat = File.ReadAllText($"/proc/{pid}/stat");
                var end = stat.LastIndexOf(')');
                return stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end].StartsWith(name, StringComparison.Ordinal) && stat[end + 2] is not ('Z' or 'X');
            }
            using var process = Process.GetProcessById(pid);
            return process.ProcessName.StartsWith(name, StringComparison.Ordinal) && !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
