using Hedgerow.Cli.State;
using Spectre.Console;

namespace Hedgerow.Cli.Output;

/// <summary>The URLs and keys of a running platform, for people.</summary>
public static class PlatformTable
{
    /// <summary>
    /// Wide enough that no key is ever broken or cut: a terminal wraps a long line itself, and what is selected there is still one line.
    /// </summary>
    private const int Width = 1000;

    public static void Print(RunningPlatform platform)
    {
        var table = new Table().NoBorder().HideHeaders().AddColumns(new TableColumn("").PadRight(2), new TableColumn("").NoWrap());
        foreach (var (name, value) in Rows(platform))
            table.AddRow(new Markup($"[green]{name}[/]"), new Text(value));

        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        console.Profile.Width = Width;
        console.WriteLine();
        console.Write(new Padder(table, new Padding(1, 0, 0, 0)));
        console.WriteLine();
    }

    private static IEnumerable<(string, string)> Rows(RunningPlatform platform)
    {
        yield return ("API", platform.ApiUrl);
        yield return ("REST", platform.ApiUrl + "/rest/v1");
        yield return ("Auth", platform.ApiUrl + "/auth/v1");
        if (platform.DbUrl is not null) yield return ("Database", platform.DbUrl);
        if (platform.AnonKey is not null) yield return ("anon key", platform.AnonKey);
        if (platform.ServiceRoleKey is not null) yield return ("service key", platform.ServiceRoleKey);
    }
}
