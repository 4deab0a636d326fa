using System.CommandLine;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Npgsql;

namespace Hedgerow.Cli.Commands.Db;

/// <summary>
/// <c>hedgerow db restore FILE --yes</c>: reads an archive into a scratch database; only when all of it is there does that take the place of the present one.
/// Migrations and policies that are newer than the archive are applied to it before.
/// </summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "An archive that db backup wrote." };
        var (state, db, apps) = (CommonOptions.State(), CommonOptions.Db(), CommonOptions.Apps());
        var yes = new Option<bool>("--yes") { Description = "Replace the database; what it holds now is lost." };
        var command = new Command("restore", "Replace the database by what an archive holds.") { file, state, db, apps, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            var archive = parsed.GetValue(file)!;
            if (!archive.Exists) throw new CommandFailure($"There is no file {archive.FullName}.", "Name an archive that hedgerow db backup wrote.");
            if (!parsed.GetValue(yes)) throw new CommandFailure("A restore replaces the whole database.", "Say --yes if that is what you want.");
            var steps = new Steps();
            return await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                await ReadAsync(database, archive.FullName, parsed.GetValue(apps), steps, cancellation);
                return 0;
            });
        });
        return command;
    }

    private static async Task ReadAsync(AdminDatabase database, string file, string? apps, IProgress<string> progress, CancellationToken cancellation)
    {
        var tools = await PostgresTools.FindAsync(database.ServerMajor, cancellation);
        // An archive holds no roles, since they are the whole server's. The set-up makes them, in the database that is about to be replaced.
        await new PlatformSetup(database, apps, progress).RunAsync(cancellation);

        progress.Report("Restoring the archive into a scratch database");
        await using var scratch = await ScratchDatabase.CreateAsync(database.ConnectionString, cancellation);
        await tools.RestoreAsync(scratch.Address, file, cancellation);
        await new PlatformSetup(database.At(scratch.Address), apps, progress).RunAsync(cancellation);

        progress.Report("Putting it in the place of the present database");
        NpgsqlConnection.ClearAllPools();
        await scratch.TakePlaceAsync(cancellation);
        progress.Report($"{file} is restored");
    }
}
