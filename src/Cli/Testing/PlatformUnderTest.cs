using System.Collections.Concurrent;
using System.Diagnostics;
using Hedgerow.Cli.Embedded;
using Hedgerow.Cli.State;

namespace Hedgerow.Cli.Testing;

/// <summary>A platform on a state folder and a port of its own, for suites that talk to one from outside.</summary>
internal sealed class PlatformUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PlatformUnderTest(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>What <c>status -o env</c> prints: <c>API_URL</c>, <c>ANON_KEY</c> …</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; private set; } = new Dictionary<string, string?>();

    /// <exception cref="CommandFailure">It did not become ready.</exception>
    public static async Task<PlatformUnderTest> StartAsync(CancellationToken cancellation, params string[] more)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"hedgerow-platform-{Path.GetRandomFileName()}")).FullName;
        var state = StateFolder.From(Path.Combine(folder, "state"));
        var platform = new PlatformUnderTest(
            new Process
            {
                StartInfo = new ProcessStartInfo(
                    Suite.DotnetProgram, [Path.Combine(AppContext.BaseDirectory, "hedgerow.dll"), "up", "--state", state.Path, "--port", "0", .. more])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            },
            folder);
        try
        {
            await platform.ReadyAsync(cancellation);
            platform.Variables = RunningPlatform.Find(state)!.Variables().ToDictionary(variable => variable.Name, variable => (string?)variable.Value);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) Signals.Send(_process.Id, Signals.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (await Task.WhenAny(_ready.Task, _process.WaitForExitAsync(cancellation)) == _ready.Task) return;
        cancellation.ThrowIfCancellationRequested();
        throw new CommandFailure($"The platform under test does not start:\n{string.Join('\n', _said.TakeLast(10))}", "");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        if (_said.Count < 500) _said.Enqueue(line);
        if (line.TrimStart().StartsWith("API ", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
