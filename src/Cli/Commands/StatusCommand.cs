using System.CommandLine;
using System.Text.Json;
using Hedgerow.Cli.Output;
using Hedgerow.Cli.State;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow status</c>: the URLs and keys of the running platform, for people and scripts. Exit code 1 when none runs.</summary>
internal static class StatusCommand
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var state = CommonOptions.State();
        var output = new Option<string?>("-o", "--output") { Description = "env or json, for scripts.", HelpName = "env|json" };
        output.AcceptOnlyFromAmong("env", "json");
        var command = new Command("status", "Show the URLs and keys of the running platform.") { state, output };
        command.SetAction(parsed => Print(parsed.FolderOf(state), parsed.GetValue(output)));
        return command;
    }

    private static int Print(StateFolder state, string? format)
    {
        if (!StateLock.IsHeld(state))
            throw new CommandFailure($"Hedgerow is not running on {state.Path}.", "Start it with ./hedgerow up.");
        if (RunningPlatform.Find(state) is not { Ready: true } platform)
            throw new CommandFailure($"Hedgerow is starting or stopping on {state.Path}.", "Ask again in a moment.");

        switch (format)
        {
            case "env":
                foreach (var (name, value) in platform.Variables())
                    Console.WriteLine($"{name}=\"{value}\"");
                break;
            case "json":
                Console.WriteLine(JsonSerializer.Serialize(platform.Variables().ToDictionary(variable => variable.Name, variable => variable.Value), s_indented));
                break;
            default:
                PlatformTable.Print(platform);
                break;
        }
        return 0;
    }
}
