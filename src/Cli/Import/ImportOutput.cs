using Spectre.Console;

namespace Hedgerow.Cli.Import;

/// <summary>Where an import stands, and what it says of lines that it refuses.</summary>
public interface IImportProgress
{
    /// <param name="bytes">Read so far.</param>
    void Advance(long bytes);

    /// <param name="line">Counted from 1.</param>
    void Refuse(long line, string reason);
}

/// <summary>What an import shows on standard error: a bar where a person watches, and a line for each line that is refused.</summary>
internal static class ImportOutput
{
    public static async Task<T> DuringAsync<T>(long bytes, Func<IImportProgress, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected || !console.Profile.Capabilities.Interactive) return await work(new Lines());
        return await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bar(console, context.AddTask("Users", maxValue: Math.Max(1, bytes)))));
    }

    private sealed class Lines : IImportProgress
    {
        public void Advance(long bytes) { }

        public void Refuse(long line, string reason) => Console.Error.WriteLine($"line {line}: {reason}");
    }

    private sealed class Bar(IAnsiConsole console, ProgressTask task) : IImportProgress
    {
        public void Advance(long bytes) => task.Value = bytes;

        public void Refuse(long line, string reason) => console.WriteLine($"line {line}: {reason}");
    }
}
