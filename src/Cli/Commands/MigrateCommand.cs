using System.CommandLine;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow migrate</c>: brings the database to the checkout's migrations and policies, and ends.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var state = CommonOptions.State();
        var db = CommonOptions.Db();
        var apps = CommonOptions.Apps();
        var command = new Command("migrate", "Apply migrations and policies that the database does not hold yet.") { state, db, apps };
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
}
