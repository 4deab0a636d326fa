using System.Diagnostics;
using System.Globalization;

namespace Hedgerow.Bench;

/// <summary>
/// What a newcomer waits for, and what a small machine pays: a fresh clone to ready (cloning, packages from the network, build, PostgreSQL's installation and
/// all migrations included), a second start to ready, and the gateway's memory (VmRSS) after it.
/// </summary>
internal static class StartBenchmark
{
    private const double FirstTarget = 90; // seconds
    private const double SecondTarget = 4; // seconds
    private const double MemoryTarget = 150; // MB

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var clone = Clone.Make();
        await UntilReadyAsync(clone, cancellation);
        var first = clock.Elapsed.TotalSeconds;
        await StopAsync(clone);

        clock.Restart();
        var gateway = await UntilReadyAsync(clone, cancellation);
        var second = clock.Elapsed.TotalSeconds;
        var memory = MemoryOf(gateway);
        await StopAsync(clone);

        Console.WriteLine($"{"",-36} {"measured",10} {"target",10}");
        return Line("fresh clone to ready", first, FirstTarget, "s")
            & Line("second start to ready", second, SecondTarget, "s")
            & Line("gateway's memory after start", memory, MemoryTarget, "MB");
    }

    /// <summary>Starts the platform and returns its process once it has printed the table, which it does when <c>/health/ready</c> answered 200.</summary>
    private static async Task<Process> UntilReadyAsync(Clone clone, CancellationToken cancellation)
    {
        var up = clone.Start("up", "--port", "0");
        while (await up.StandardOutput.ReadLineAsync(cancellation) is { } line)
            if (line.Contains("http://", StringComparison.Ordinal))
                return up;
        throw new InvalidOperationException("hedgerow up ended before it was ready");
    }

    private static async Task StopAsync(Clone clone)
    {
        using var down = clone.Start("down");
        await down.WaitForExitAsync();
    }

    /// <summary>Resident memory in MB (10^6 bytes). The script replaces itself by the gateway, so its process is the gateway's.</summary>
    private static double MemoryOf(Process gateway)
    {
        var line = File.ReadLines($"/proc/{gateway.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    private static bool Line(string what, double measured, double target, string unit)
    {
        var holds = measured <= target;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-36} {measured,8:0.0} {unit,-2} {target,7:0} {unit,-2}  {measured / target,5:0.00} of the target{(holds ? "" : "  MISSED")}"));
        return holds;
    }
}
