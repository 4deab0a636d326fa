using System.Globalization;
using Spectre.Console;

namespace Hedgerow.Cli.Seed;

/// <summary>What a seed shows: bars on standard error where a person watches, else a line for each finished step; a table at the end.</summary>
public static class SeedOutput
{
    public static async Task<T> DuringAsync<T>(Func<Action<SeedProgress>, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected || !console.Profile.Capabilities.Interactive)
            return await work(progress =>
            {
                if (progress.Done == progress.Total)
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{progress.Step}: {progress.Total:N0}"));
            });

        return await console.Progress().HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var (step, bar) = ("", (ProgressTask?)null);
                return work(progress =>
                {
                    if (progress.Step != step)
                    {
                        bar?.StopTask();
                        (step, bar) = (progress.Step, context.AddTask(Markup.Escape(progress.Step), maxValue: Math.Max(1, progress.Total)));
                    }

                    bar!.Value = progress.Done;
                });
            });
    }

    public static void Print(IReadOnlyList<SeededTable> seeded, World world, TimeSpan took)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        // Nothing here is long; where no terminal says how wide it is, nothing is broken either.
        if (Console.IsOutputRedirected)
            console.Profile.Width = 200;
        var rows = new Table().Border(TableBorder.Simple).AddColumn("table").AddColumn(new TableColumn("rows").RightAligned()).AddColumn(new TableColumn("seconds").RightAligned());
        foreach (var table in seeded)
            rows.AddRow(Markup.Escape(table.Table), Number(table.Rows), Seconds(table.Took));
        rows.AddEmptyRow().AddRow("all, with checks", Number(seeded.Sum(table => table.Rows)), Seconds(took));
        console.Write(rows);

        console.MarkupLineInterpolated($"Sign in with the password [green]{Seeder.Password}[/] as");
        var people = new Table().NoBorder().HideHeaders().AddColumns("", "", "");
        people.AddRow("owner", Prose.Email(world.OwnerOfFirst), Markup.Escape($"of {Prose.Company(0)}, the largest workspace"));
        people.AddRow("viewer", Prose.Email(world.ViewerOfFirst), "there");
        people.AddRow("stranger", Prose.Email(world.Stranger), "a member of nothing");
        console.Write(new Padder(people, new Padding(2, 0, 0, 0)));
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan took) => took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}
