using System.CommandLine;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Hedgerow.Postgres.Policies;
using Spectre.Console;

namespace Hedgerow.Cli.Commands;

/// <summary>
/// <c>hedgerow policies apply|lint|test</c>: the policy files, what the scripts before them would stop, and the proof that they do what <c>ACCESS.md</c> says.
/// </summary>
internal static class PoliciesCommand
{
    public static Command Create() => new("policies", "Apply and prove the row-level security policies.") { Apply(), Lint(), Test() };

    private static Command Apply()
    {
        var (state, db, apps) = (CommonOptions.State(), CommonOptions.Db(), CommonOptions.Apps());
        var command = new Command("apply", "Bring every table's policies to the text of its file (pending migrations are applied first).") { state, db, apps };
        command.SetAction(async (parsed, cancellation) =>
        {
            var steps = new Steps();
            return await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                await new PlatformSetup(database, parsed.GetValue(apps), steps).RunAsync(cancellation);
                return 0;
            });
        });
        return command;
    }

    private static Command Lint()
    {
        var (state, db, apps) = (CommonOptions.State(), CommonOptions.Db(), CommonOptions.Apps());
        var command = new Command("lint", "Hold pending migrations against the rules of sql/README.md, Without downtime, and the database's tables as they are.") { state, db, apps };
        command.SetAction(async (parsed, cancellation) =>
        {
            var steps = new Steps();
            var (scripts, findings) = await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                return await PendingScripts.LintAsync(database.ConnectionString, PlatformSetup.Options(parsed.GetValue(apps)), cancellation);
            });
            foreach (var finding in findings) Console.WriteLine($"migrations/{finding.Script}:{finding.Line}: {finding.Problem}. {finding.Mend}");
            Console.WriteLine($"{scripts} pending scripts, {findings.Count} findings");
            return findings.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command Test()
    {
        var (state, db, apps) = (CommonOptions.State(), CommonOptions.Db(), CommonOptions.Apps());
        var command = new Command("test", "Play every cell of the access matrices (sql/policies/*/ACCESS.md) in transactions that roll back.") { state, db, apps };
        command.SetAction(async (parsed, cancellation) =>
        {
            var steps = new Steps();
            var reports = await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                return await AccessPlayer.PlayAllAsync(database.ConnectionString, PlatformSetup.Options(parsed.GetValue(apps)), cancellation);
            });
            return Print(reports);
        });
        return command;
    }

    /// <summary>The cells that differ, then one line. Returns the exit code.</summary>
    private static int Print(IReadOnlyList<AccessReport> reports)
    {
        foreach (var report in reports.Where(report => report.Differences.Count > 0))
        {
            var table = new Table().Title(report.Schema).AddColumns("table", "persona", "expected", "got", "why");
            foreach (var cell in report.Differences)
                table.AddRow(new Text(cell.Table), new Text(cell.Persona ?? "all"), new Text(cell.Expected), new Text(cell.Got), new Text(cell.Why));
            AnsiConsole.Write(table);
        }
        var differ = reports.Sum(report => report.Differences.Count);
        Console.WriteLine($"{reports.Sum(report => report.Hold)} cells hold, {differ} differ");
        return differ == 0 ? 0 : 1;
    }
}
