namespace Hedgerow.Cli.Embedded;

/// <summary>Puts in order what a crash left of a server in <paramref name="home"/>, so that the next one can start.</summary>
public sealed class LeftOver(ServerHome home)
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// Stops a server that outlived its hedgerow, waits for sessions that outlived their postmaster, and removes lock files whose owner is gone.
    /// </summary>
    /// <remarks>
    /// PostgreSQL removes a stale lock file itself, except where the process id in it still answers: it was given to another process of the same
    /// account since (a machine that crashed), or its process is a zombie that nobody reaps (a container whose first process does not).
    /// Lock files go only when no process works in the data folder any more: two servers on one cluster would destroy it.
    /// </remarks>
    public async Task ClearAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        if (DataDirectory.Postmaster(home.Data) is not { } postmaster) return;
        if (Signals.Runs(postmaster.Pid, "postgres"))
        {
            progress.Report($"Stopping a PostgreSQL that an earlier run left behind (process {postmaster.Pid})");
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await PostgresProcess.ShutDownAsync(postmaster.Pid, UntilAsync(() => !Signals.Runs(postmaster.Pid, "postgres"), gone.Token));
            await gone.CancelAsync();
        }
        if (!OperatingSystem.IsLinux()) return;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            await UntilAsync(() => !IsInUse(home.Data), patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return; // the new server says what is in its way
        }
        File.Delete(Path.Combine(home.Data, "postmaster.pid"));
        foreach (var socket in Directory.EnumerateFiles(home.Sockets, ".s.PGSQL.*"))
            File.Delete(socket);
    }

    /// <summary>Whether a process works in <paramref name="data"/>: the postmaster and all its children have it as working directory.</summary>
    private static bool IsInUse(string data) =>
        Directory.EnumerateDirectories("/proc")
            .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
            .Any(process => WorkingDirectory(process) == data);

    private static string? WorkingDirectory(string process)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // ended meanwhile, or another account's, which cannot work in our folder
        }
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition()) await Task.Delay(PollEvery, cancellation);
    }
}
