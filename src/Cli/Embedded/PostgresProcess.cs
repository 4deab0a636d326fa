using System.Diagnostics;
using System.Text;

namespace Hedgerow.Cli.Embedded;

/// <summary>One run of the server, from its start to its exit.</summary>
public sealed class PostgresProcess
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _said = new();

    private PostgresProcess()
    {
    }

    /// <summary>What the server and initdb see of the caller's environment: PGDATA, PGPORT and the like would change what they do.</summary>
    public static IReadOnlyDictionary<string, string?> Environment { get; } =
        System.Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("PG", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null)
            .Append(new KeyValuePair<string, string?>("LANG", "C.UTF-8"))
            .ToDictionary();

    /// <summary>The exit code, once the process has ended.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>The postmaster's process id.</summary>
    public int Pid { get; private set; }

    /// <summary>What it said before its log took over: the reason when it does not start. At most 8 KB.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString().Trim();
        }
    }

    /// <summary>
    /// Starts the server and returns once the process exists; whether it is ready stands in <c>postmaster.pid</c>.
    /// It runs in a session of its own, so that Ctrl-C reaches only hedgerow, which ends its requests first; and on Linux the kernel
    /// interrupts it (fast shutdown) when hedgerow is gone, however that happened.
    /// </summary>
    public static async Task<PostgresProcess> StartAsync(PostgresPrograms programs, ServerHome home, IEnumerable<string> arguments)
    {
        var run = new PostgresProcess();
        string[] prefix = OperatingSystem.IsLinux() && HasParentDeathSignal ? ["setsid", "setpriv", "--pdeathsig", "INT"] : [];
        string[] command = [.. prefix, programs.Postgres, "-D", home.Data, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (home.Account is not null) start.UserName = home.Account;
        foreach (var (name, value) in Environment) start.Environment[name] = value;

        // The kernel sends the parent-death signal when the *thread* that made the child ends (prctl(2), PR_SET_PDEATHSIG),
        // so the thread that starts the server is the one that waits for its end.
        new Thread(() => run.Run(start)) { IsBackground = true, Name = "postgres" }.Start();
        run.Pid = await run._started.Task;
        return run;
    }

    /// <summary>Smart, then (after a second) fast, then (after half a minute) immediate shutdown, until <paramref name="exited"/> ends.</summary>
    public static async Task ShutDownAsync(int pid, Task exited)
    {
        foreach (var (signal, patience) in ((int, int)[])[(Signals.Terminate, 1), (Signals.Interrupt, 30), (Signals.Quit, 30)])
        {
            Signals.Send(pid, signal);
            if (await Task.WhenAny(exited, Task.Delay(TimeSpan.FromSeconds(patience))) == exited) return;
        }
    }

    private static bool HasParentDeathSignal { get; } = File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/setsid");

    private void Run(ProcessStartInfo start)
    {
        try
        {
            using var process = new Process { StartInfo = start };
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.Start();
            process.StandardInput.Close();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _started.SetResult(process.Id);
            process.WaitForExit();
            _exited.SetResult(process.ExitCode);
        }
        catch (Exception e) when (!_started.Task.IsCompleted)
        {
            _started.SetException(e);
        }
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            if (line is not null && _said.Length < 8192) _said.AppendLine(line);
        }
    }
}
