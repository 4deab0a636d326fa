using System.CommandLine;
using System.Data;
using System.Globalization;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Npgsql;

namespace Hedgerow.Cli.Commands.Db;

/// <summary>
/// <c>hedgerow db backup FILE</c>: everything in the database (pg_dump's custom format), proved by a restore into a scratch database whose rows are counted
/// against the snapshot that was dumped. Secrets are not in a database: keep <c>secrets.json</c> or the environment's apart.
/// </summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "The archive to write; it must not exist." };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("backup", "Write an archive of the database and prove that it can be restored.") { file, state, db };
        command.SetAction(async (parsed, cancellation) =>
        {
            var steps = new Steps();
            return await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                await WriteAsync(database, parsed.GetValue(file)!.FullName, steps, cancellation);
                return 0;
            });
        });
        return command;
    }

    private static async Task WriteAsync(AdminDatabase database, string file, IProgress<string> progress, CancellationToken cancellation)
    {
        if (File.Exists(file)) throw new CommandFailure($"{file} exists.", "Name another file, or remove it.");
        var tools = await PostgresTools.FindAsync(database.ServerMajor, cancellation);
        var unfinished = file + ".unfinished";
        try
        {
            progress.Report("Writing the archive");
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var export = new NpgsqlCommand("select pg_export_snapshot()", connection);
            var snapshot = (string)(await export.ExecuteScalarAsync(cancellation))!;
            await tools.DumpAsync(new(database.ConnectionString), snapshot, unfinished, cancellation);
            var wanted = await RowCounts.ReadAsync(connection, cancellation);

            progress.Report("Restoring it into a scratch database");
            await using var scratch = await ScratchDatabase.CreateAsync(database.ConnectionString, cancellation);
            await tools.RestoreAsync(scratch.Address, unfinished, cancellation);
            await using var restored = new NpgsqlConnection(scratch.Address.ConnectionString);
            await restored.OpenAsync(cancellation);
            var differences = RowCounts.Differences(wanted, await RowCounts.ReadAsync(restored, cancellation));
            if (differences.Count > 0)
                throw new CommandFailure($"The archive does not hold what the database held:\n{string.Join('\n', differences)}", "No archive was written.");

            File.Move(unfinished, file);
            progress.Report(string.Create(
                CultureInfo.InvariantCulture, $"{file}: {wanted.Count} tables, {wanted.Values.Sum()} rows, {new FileInfo(file).Length / 1e6:0.0} MB, restored and counted"));
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
