using System.ComponentModel;
using System.Diagnostics;

namespace Hedgerow.Cli;

/// <summary>Runs a program to its end and keeps what it said.</summary>
public static class Subprocess
{
    /// <summary>How a program ended. <paramref name="Output"/> is standard output, <paramref name="Errors"/> standard error.</summary>
    public sealed record Ended(int ExitCode, string Output, string Errors)
    {
        /// <summary>The last lines that are not empty, errors before output: what a failure usually says.</summary>
        public string LastWords(int lines = 5) =>
            string.Join('\n', (Errors.Trim().Length > 0 ? Errors : Output).Trim().Split('\n').TakeLast(lines));
    }

    /// <summary>
    /// Runs <paramref name="file"/> with no input. On cancellation the program and its children are killed.
    /// </summary>
    /// <param name="file">A path, or a name that is looked up in PATH.</param>
    /// <param name="arguments">Passed as they are; no shell reads them.</param>
    /// <param name="workingDirectory">Null: the root directory, which every account may enter.</param>
    /// <param name="account">The system account to run as; null: the caller's.</param>
    /// <param name="environment">Set on top of the caller's.</param>
    /// <returns>Null where there is no such program.</returns>
    public static async Task<Ended?> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken cancellation, string? workingDirectory = null,
        string? account = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = workingDirectory ?? "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (account is not null) start.UserName = account;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e) when (e.NativeErrorCode == NoSuchFile)
        {
            return null;
        }
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
            return new Ended(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private const int NoSuchFile = 2; // ENOENT
}
