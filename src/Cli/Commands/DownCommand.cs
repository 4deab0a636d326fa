using System.CommandLine;
using System.Diagnostics;
using Hedgerow.Cli.Embedded;
using Hedgerow.Cli.State;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow down</c>: asks the running platform to stop and waits until it has.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var state = CommonOptions.State();
        var command = new Command("down", "Stop the running platform cleanly.") { state };
        command.SetAction((parsed, cancellation) => StopAsync(parsed.FolderOf(state), cancellation));
        return command;
    }

    private static async Task<int> StopAsync(StateFolder state, CancellationToken cancellation)
    {
        if (!StateLock.IsHeld(state))
        {
            Console.WriteLine($"Hedgerow is not running on {state.Path}.");
            return 0;
        }
        if (RunningPlatform.Find(state) is not { } platform)
            throw new CommandFailure($"Another hedgerow command uses {state.Path}.", "Try again when it is done.");
        if (!Signals.Send(platform.Pid, Signals.Terminate) && StateLock.IsHeld(state))
            throw new CommandFailure($"Process {platform.Pid} cannot be asked to stop.", "Run this as the user who started it.");

        for (var waited = Stopwatch.StartNew(); StateLock.IsHeld(state); await Task.Delay(s_pollEvery, cancellation))
            if (waited.Elapsed > s_patience)
                throw new CommandFailure(
                    $"Hedgerow (process {platform.Pid}) has not stopped within {s_patience.TotalSeconds} s.", $"kill -9 {platform.Pid} ends it; the next up recovers.");
        Console.WriteLine("Stopped.");
        return 0;
    }
}
