using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Bench;

/// <summary>
/// The load generator <c>wrk</c>: it costs a tenth of what <see cref="LoadGenerator"/> takes of the machine that it measures, so it is used
/// wherever it is installed (Debian: wrk).
/// </summary>
internal static class Wrk
{
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "wrk")).FirstOrDefault(File.Exists);

    public static async Task<LoadResult> RunAsync(
        string program, IPEndPoint address, byte[][] requests, int connections, TimeSpan duration, CancellationToken cancellation)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Script(requests), cancellation);
            var start = new ProcessStartInfo(program, [
                "-t", "1", "-c", $"{connections}", "-d", $"{Math.Ceiling(duration.TotalSeconds)}s", "-s", file, $"http://{address}"])
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return Read(output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static LoadResult Read(string output)
    {
        var line = output.Split('\n').FirstOrDefault(l => l.StartsWith("{\"requests\"", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk said: {output}");
        using var summary = JsonDocument.Parse(line);
        double Number(string name) => summary.RootElement.GetProperty(name).GetDouble();
        var requests = (long)Number("requests");
        return new(requests, requests / (Number("microseconds") / 1e6), Number("p50") / 1000, Number("p99") / 1000, (long)Number("failures"));
    }

    private static string Script(byte[][] requests)
    {
        var script = new StringBuilder("local all = {\n");
        foreach (var request in requests)
            script.Append("  [=====[\n").Append(Encoding.ASCII.GetString(request).Replace("\r\n", "\n", StringComparison.Ordinal)).Append("]=====],\n");
        return script.Append(CultureInfo.InvariantCulture, $$"""
            }
            -- Lua reads each line's end as \n; HTTP's is \r\n, in the head alone.
            for i, text in ipairs(all) do
              local head, body = text:match("^(.-\n\n)(.*)$")
              all[i] = head:gsub("\n", "\r\n") .. body
            end
            local next = 0
            request = function()
              next = next % #all + 1
              return all[next]
            end
            done = function(summary, latency)
              local e = summary.errors
              print(string.format('{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "failures": %d}',
                summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
            end
            """).ToString();
    }
}
