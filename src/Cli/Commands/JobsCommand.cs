using System.CommandLine;
using System.Globalization;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Npgsql;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow jobs run NAME</c>: runs a registered function of upkeep (<c>hedgerow.upkeep</c>) once, for a moment.</summary>
internal static class JobsCommand
{
    public static Command Create() => new("jobs", "Run upkeep: retention, roll-ups, expiry.") { Run() };

    private static Command Run()
    {
        var name = new Argument<string>("name") { Description = "The name that the function was registered under, such as appforge.retention." };
        var at = new Option<DateTimeOffset?>("--at")
        {
            Description = "The moment it runs for, such as 2026-05-04T12:00:00Z (default: now).",
            HelpName = "MOMENT",
            CustomParser = result =>
            {
                if (DateTimeOffset.TryParse(
                    result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
                    return moment;
                result.AddError($"--at {result.Tokens[0].Value}: a moment is written like 2026-05-04T12:00:00Z.");
                return null;
            },
        };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("run", "Run a registered function once.") { name, at, state, db };
        command.SetAction(async (parsed, cancellation) =>
        {
            var steps = new Steps();
            var said = await steps.DuringAsync(async () =>
            {
                await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                return await RunAsync(database.ConnectionString, parsed.GetRequiredValue(name), parsed.GetValue(at), cancellation);
            });
            Console.WriteLine($"{parsed.GetValue(name)}: {said ?? "nothing to do"}");
            return 0;
        });
        return command;
    }

    private static async Task<string?> RunAsync(string connectionString, string name, DateTimeOffset? at, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            // As the service key would: what is registered holds its own rights.
            await using var become = new NpgsqlCommand("set local role service_role", connection, transaction);
            await become.ExecuteNonQueryAsync(cancellation);
            await using var run = new NpgsqlCommand("select hedgerow.run_upkeep($1, coalesce($2, now()))", connection, transaction)
            {
                Parameters = { new() { Value = name }, new NpgsqlParameter<DateTime?> { TypedValue = at?.UtcDateTime } },
                CommandTimeout = 0,
            };
            var said = await run.ExecuteScalarAsync(cancellation) as string;
            await transaction.CommitAsync(cancellation);
            return said;
        }
        catch (PostgresException error) when (error.SqlState == "PT404")
        {
            throw new CommandFailure($"{error.MessageText}.", error.Hint ?? "");
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedTable)
        {
            throw new CommandFailure($"The database does not know upkeep: {error.MessageText}.", "Run hedgerow migrate first.");
        }
    }
}
