using System.CommandLine;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Import;
using Hedgerow.Cli.Output;
using Npgsql;

namespace Hedgerow.Cli.Commands.Auth;

/// <summary>
/// <c>hedgerow auth import FILE</c>: users as JSON lines, as a Supabase project exports them. A user is imported with all identities or not at
/// all; a line that cannot be is reported by its number, and the others go on. Run it again as often as you like: who is there already is left alone.
/// </summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "JSON lines: select to_jsonb(u) || jsonb_build_object('identities', (select jsonb_agg(i) from auth.identities i where i.user_id = u.id)) from auth.users u",
            HelpName = "FILE",
        };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("import", "Import users with their bcrypt hashes, identities and metadata.") { file, state, db };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new CommandFailure($"There is no file {path}.", "");
            var steps = new Steps();
            await using var database = await steps.DuringAsync(async () =>
            {
                var opened = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                // A server that this command has started may never have been migrated; one that runs already was.
                if (opened.Embedded is not null) await new PlatformSetup(opened, null, steps).RunAsync(cancellation);
                return opened;
            });
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            var report = await ImportOutput.DuringAsync(new FileInfo(path).Length, progress => new UserImport(source, progress).RunAsync(path, cancellation));
            Console.WriteLine($"{report.Imported:N0} imported, {report.Present:N0} there already, {report.Refused:N0} refused");
            return report.Refused == 0 ? 0 : 1;
        });
        return command;
    }
}
