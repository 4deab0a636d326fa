using Hedgerow.Storage.Reconcile;
using Spectre.Console;

namespace Hedgerow.Cli.Output;

/// <summary>A bar a step, where a person watches; elsewhere a line when a step begins.</summary>
internal static class ProgressBar
{
    public static async Task<T> DuringAsync<T>(Func<IProgress<ReconcileProgress>, Task<T>> work)
    {
        if (Console.IsErrorRedirected) return await work(new Lines());
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context => await work(new Bars(context)));
    }

    /// <summary>Called by one thread at a time: a reconciliation goes on step by step.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<ReconcileProgress>
    {
        private string? _step;
        private ProgressTask? _bar;

        public void Report(ReconcileProgress value)
        {
            if (_step != value.Step || _bar is null)
            {
                _bar?.StopTask();
                (_step, _bar) = (value.Step, context.AddTask(Markup.Escape(value.Step)));
            }
            _bar.IsIndeterminate = value.Total is null;
            _bar.MaxValue = value.Total is > 0 and var total ? total : Math.Max(1, value.Done);
            _bar.Value = value.Done;
        }
    }

    private sealed class Lines : IProgress<ReconcileProgress>
    {
        private string? _step;

        public void Report(ReconcileProgress value)
        {
            if (_step == value.Step) return;
            _step = value.Step;
            Console.Error.WriteLine(value.Step);
        }
    }
}
