using Hedgerow.Cli.State;
using Spectre.Console;

namespace Hedgerow.Cli.Output;

/// <summary>The URLs and keys of a running platform, for people.</summary>
public static class PlatformTable
{
    public static void Print(RunningPlatform platform)
    {
        var rows = Rows(platform).ToList();
        var width = rows.Max(row => row.Name.Length);
        // Plain lines rather than a drawn table: a key is longer than a terminal is wide, and must still be one line when it is selected.
        Console.WriteLine();
        foreach (var (name, value) in rows)
        {
            if (Console.IsOutputRedirected) Console.Write($"  {name.PadRight(width)}  ");
            else AnsiConsole.Markup($"  [green]{name.PadRight(width)}[/]  ");
            Console.WriteLine(value);
        }
        Console.WriteLine();
    }

    private static IEnumerable<(string Name, string Value)> Rows(RunningPlatform platform)
    {
        yield return ("API", platform.ApiUrl);
        yield return ("REST", platform.ApiUrl + "/rest/v1");
        yield return ("Auth", platform.ApiUrl + "/auth/v1");
        yield return ("Realtime", platform.RealtimeUrl);
        if (platform.DbUrl is not null) yield return ("Database", platform.DbUrl);
        if (platform.AnonKey is not null) yield return ("anon key", platform.AnonKey);
        if (platform.ServiceRoleKey is not null) yield return ("service key", platform.ServiceRoleKey);
    }
}
