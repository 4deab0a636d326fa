using Spectre.Console;

namespace Hedgerow.Cli.Output;

/// <summary>
/// Says on standard error what is being done: a spinner on the present step where a person watches, a plain line a step everywhere else.
/// </summary>
public sealed class Steps : IProgress<string>
{
    private static readonly IAnsiConsole s_console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly Lock _turn = new();
    private StatusContext? _live;
    private string? _present;

    /// <summary>Runs <paramref name="work"/>, showing what it reports. What is reported later, after its end, is a line of its own.</summary>
    public async Task<T> DuringAsync<T>(Func<Task<T>> work)
    {
        if (Console.IsErrorRedirected || !s_console.Profile.Capabilities.Interactive) return await work();
        return await s_console.Status().Spinner(Spinner.Known.Dots).StartAsync("Starting", async context =>
        {
            lock (_turn) _live = context;
            try
            {
                return await work();
            }
            finally
            {
                lock (_turn)
                {
                    Settle();
                    _live = null;
                }
            }
        });
    }

    public void Report(string value)
    {
        lock (_turn)
        {
            if (_live is null)
            {
                Console.Error.WriteLine(value);
                return;
            }
            Settle();
            _present = value;
            _live.Status = Markup.Escape(value.Split('\n')[0]);
        }
    }

    /// <summary>The step that was present becomes a line above the spinner.</summary>
    private void Settle()
    {
        if (_present is null) return;
        s_console.MarkupLineInterpolated($"[green]•[/] {_present}");
        _present = null;
    }
}
