using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Bench;

/// <summary><c>hedgerow up --no-migrate</c> on the benchmark's database, as a process of its own.</summary>
internal sealed class RestServer : IDisposable
{
    private readonly Process _process;

    private RestServer(Process process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    /// <exception cref="InvalidOperationException">It did not become ready within a minute.</exception>
    public static async Task<RestServer> StartAsync(BenchDatabase database, CancellationToken cancellation)
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var start = new ProcessStartInfo(
            Path.Combine(Clone.Root(), "hedgerow"), ["up", "--db", database.AuthenticatorUrl, "--no-migrate", "--port", $"{address.Port}", "--state", Directory.CreateTempSubdirectory("hedgerow-bench-").FullName])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["HEDGEROW_Rest__Schemas"] = "bench";
        start.Environment["HEDGEROW_Rest__BasePath"] = "/";
        start.Environment["HEDGEROW_Rest__AnonRole"] = "bench_user";
        start.Environment["HEDGEROW_Jwt__Secret"] = BenchDatabase.Secret;
        var process = Process.Start(start)!;
        using var client = new HttpClient();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(1) && !process.HasExited; await Task.Delay(100, cancellation))
        {
            try
            {
                if ((await client.GetAsync(new Uri($"http://{address}/health/ready"), cancellation)).IsSuccessStatusCode) return new(process, address);
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
        throw new InvalidOperationException("hedgerow up did not become ready");
    }

    /// <summary>The script replaces itself by the gateway, so its process is the gateway's.</summary>
    public TimeSpan CpuTime() => ProcessTimes.Of(_process.Id);

    /// <summary>The gateway's memory, as the kernel counts it.</summary>
    public long ResidentBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Process.Start("kill", [$"{_process.Id}"]).WaitForExit();
            _process.WaitForExit(TimeSpan.FromSeconds(15));
        }
        _process.Dispose();
    }
}
