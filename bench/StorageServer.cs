using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Hedgerow.Bench;

/// <summary><c>hedgerow up</c>, the whole platform, with its objects in a folder below its state.</summary>
internal sealed class StorageServer : IDisposable
{
    private readonly Process _process;

    private StorageServer(Process process, IPEndPoint address, string folder, string key) =>
        (_process, Address, Folder, Key) = (process, address, folder, key);

    public IPEndPoint Address { get; }

    /// <summary>A folder on the same disk as the objects.</summary>
    public string Folder { get; }

    /// <summary>The service key.</summary>
    public string Key { get; }

    /// <param name="db">A superuser's URL.</param>
    public static async Task<StorageServer> StartAsync(string db, CancellationToken cancellation)
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var folder = Directory.CreateTempSubdirectory("hedgerow-bench-").FullName;
        var command = Path.Combine(Clone.Root(), "hedgerow");
        var process = Process.Start(new ProcessStartInfo(command, ["up", "--db", db, "--port", $"{address.Port}", "--state", folder]) { RedirectStandardOutput = true })!;
        process.BeginOutputReadLine();
        await AnswersAsync($"http://{address}/health/ready", process, cancellation);
        while (!File.Exists(Path.Combine(folder, "running.json"))) await Task.Delay(50, cancellation);
        await Task.Delay(500, cancellation); // the file is written when the table is printed
        using var status = Process.Start(new ProcessStartInfo(command, ["status", "--state", folder, "-o", "json"]) { RedirectStandardOutput = true })!;
        var said = JsonSerializer.Deserialize<JsonElement>(await status.StandardOutput.ReadToEndAsync(cancellation));
        return new(process, address, folder, said.GetProperty("SERVICE_ROLE_KEY").GetString()!);
    }

    /// <summary>The gateway's memory in bytes, as the kernel counts it.</summary>
    public long ResidentBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until something answers, whatever it says.</summary>
    public static async Task AnswersAsync(string url, Process process, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(4) && !process.HasExited; await Task.Delay(100, cancellation))
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(url), cancellation);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
        throw new InvalidOperationException($"{url} does not answer");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Process.Start("kill", [$"{_process.Id}"]).WaitForExit();
            _process.WaitForExit(TimeSpan.FromSeconds(30));
        }
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
