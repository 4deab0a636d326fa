using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Hedgerow.Bench;

/// <summary>PostgreSQL's own benchmark client.</summary>
internal static partial class Pgbench
{
    /// <summary>Transactions per second.</summary>
    /// <exception cref="InvalidOperationException">pgbench is not installed, or fails.</exception>
    public static async Task<double> RunAsync(BenchDatabase database, string script, int clients, int seconds, CancellationToken cancellation)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script, cancellation);
            var start = new ProcessStartInfo(Program(), [
                "-n", "-M", "prepared", "-f", file, "-c", $"{clients}", "-j", $"{Math.Min(clients, 2)}", "-T", $"{seconds}", database.AuthenticatorUrl])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return Tps().Match(await output) is { Success: true } match
                ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"pgbench failed: {await errors}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Program()
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(d => Path.Combine(d, "bin")) : []);
        return places.Select(p => Path.Combine(p, "pgbench")).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("pgbench is not installed. It comes with PostgreSQL's server package (Debian: postgresql-15).");
    }

    [GeneratedRegex("tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
