using System.Diagnostics;
using System.Text;
using Hedgerow.Cli;
using Hedgerow.Cli.Embedded;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>The real <c>./hedgerow</c>, as a person starts it. The script replaces itself, so this process is hedgerow's own.</summary>
internal sealed class HedgerowProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HedgerowProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    /// <summary>Both streams so far.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>Starts a command that uses the programs which the tests' own server was installed with.</summary>
    public static async Task<HedgerowProcess> StartAsync(params string[] arguments) =>
        new(await EnvironmentAsync(new ProcessStartInfo(Path.Combine(Checkout.Root, "hedgerow"), arguments)));

    /// <summary>The same in another working directory, with settings in the environment: <c>Rest__Schemas</c> and the like.</summary>
    public static async Task<HedgerowProcess> StartAsync(string directory, IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments)
    {
        var start = await EnvironmentAsync(new ProcessStartInfo(Path.Combine(Checkout.Root, "hedgerow"), arguments) { WorkingDirectory = directory });
        foreach (var (name, value) in settings) start.Environment[$"HEDGEROW_{name}"] = value;
        return new(start);
    }

    /// <summary>The same from another folder that holds a build and a <c>sql/</c>.</summary>
    public static async Task<HedgerowProcess> StartInAsync(string folder, params string[] arguments) =>
        new(await EnvironmentAsync(new ProcessStartInfo("dotnet", [Path.Combine(folder, "hedgerow.dll"), .. arguments])));

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Said)> RunAsync(params string[] arguments)
    {
        using var process = await StartAsync(arguments);
        return (await process.EndAsync(), process.Said);
    }

    /// <summary>Returns once the table of URLs and keys has been printed.</summary>
    public async Task ReadyAsync()
    {
        var ended = _process.WaitForExitAsync();
        var first = await Task.WhenAny(_ready.Task, ended, Task.Delay(s_patience));
        Assert.True(first == _ready.Task, $"up is not ready:\n{Said}");
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, Signals.Terminate);
            if (!_process.WaitForExit(s_patience)) _process.Kill();
        }
        _process.Dispose();
    }

    private static async Task<ProcessStartInfo> EnvironmentAsync(ProcessStartInfo start)
    {
        var server = await TestServer.GetAsync();
        start.Environment["HEDGEROW_Embedded__Programs"] = server.Programs;
        start.Environment["HEDGEROW_Db__LoginSecret"] = TestPlatform.LoginSecret;
        start.Environment.Remove("HEDGEROW_Db__Url");
        return start;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
        if (line.TrimStart().StartsWith("API ", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
