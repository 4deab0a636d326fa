using System.CommandLine;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;

namespace Hedgerow.Cli.Commands.Db;

/// <summary><c>hedgerow db reset --yes</c>: an empty embedded database, migrated anew. Only the embedded one: nobody loses a server by a forgotten option.</summary>
internal static class ResetCommand
{
    public static Command Create()
    {
        var (state, apps) = (CommonOptions.State(), CommonOptions.Apps());
        var yes = new Option<bool>("--yes") { Description = "Drop the database; what it holds is lost." };
        var command = new Command("reset", "Drop and make anew the embedded database.") { state, apps, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!parsed.GetValue(yes)) throw new CommandFailure("A reset drops the whole embedded database.", "Say --yes if that is what you want.");
            if (Environment.GetEnvironmentVariable("HEDGEROW_Db__Url") is { Length: > 0 })
                throw new CommandFailure("HEDGEROW_Db__Url names a server of your own, which is never reset.", "Drop its database yourself, or unset the variable.");
            var steps = new Steps();
            return await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(null, parsed.FolderOf(state), steps, cancellation);
                if (database.Embedded is null)
                    throw new CommandFailure("Hedgerow is running on this state.", "Stop it first with ./hedgerow down.");
                await ResetAsync(database, parsed.GetValue(apps), steps, cancellation);
                return 0;
            });
        });
        return command;
    }

    private static async Task ResetAsync(AdminDatabase database, string? apps, IProgress<string> progress, CancellationToken cancellation)
    {
        progress.Report("Making an empty database");
        await using var scratch = await ScratchDatabase.CreateAsync(database.ConnectionString, cancellation);
        await new PlatformSetup(database.At(scratch.Address), apps, progress).RunAsync(cancellation);
        progress.Report("Putting it in the place of the old one");
        await scratch.TakePlaceAsync(cancellation);
    }
}
