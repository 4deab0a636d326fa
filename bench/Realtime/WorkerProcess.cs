using System.Diagnostics;
using System.Text.Json;

namespace Hedgerow.Bench.Realtime;

/// <summary>A <see cref="RealtimeWorker"/>, from outside.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Returns when all its connections are there.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public static async Task<WorkerProcess> StartAsync(WorkerOrder order, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(WorkerProcess).Assembly.Location, "realtime-worker"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var worker = new WorkerProcess(Process.Start(start)!);
        await worker._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        if (await worker._process.StandardOutput.ReadLineAsync(cancellation) == "ready") return worker;
        await worker.DisposeAsync();
        throw new InvalidOperationException("A worker could not connect its clients.");
    }

    /// <summary>What came since the last call.</summary>
    public async Task<WorkerResult> TakeAsync(CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync();
        return JsonSerializer.Deserialize<WorkerResult>(await _process.StandardOutput.ReadLineAsync(cancellation) ?? "")!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
