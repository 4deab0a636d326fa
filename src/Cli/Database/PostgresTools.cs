using System.Globalization;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>
/// <c>pg_dump</c> and <c>pg_restore</c> from PATH, held against the server first: a <c>pg_dump</c> refuses servers newer than itself
/// (PostgreSQL documentation, pg_dump, Notes).
/// </summary>
internal sealed class PostgresTools
{
    private PostgresTools()
    {
    }

    /// <exception cref="CommandFailure">One is missing, or older than the server.</exception>
    public static async Task<PostgresTools> FindAsync(int serverMajor, CancellationToken cancellation)
    {
        foreach (var tool in (string[])["pg_dump", "pg_restore"])
        {
            var mend = $"Install PostgreSQL's client programs, version {serverMajor} or newer (Debian: postgresql-client-{serverMajor}), and put them first in PATH.";
            var version = await Subprocess.RunAsync(tool, ["--version"], cancellation) ?? throw new CommandFailure($"There is no {tool} in PATH.", mend);
            var words = version.Output.Trim().Split(' '); // pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
            var text = words.ElementAtOrDefault(2) ?? "";
            if (!int.TryParse(text.Split('.')[0], CultureInfo.InvariantCulture, out var major) || major < serverMajor)
                throw new CommandFailure($"The {tool} in PATH is version {text}, the server is PostgreSQL {serverMajor}.", mend);
        }
        return new PostgresTools();
    }

    /// <summary>Writes <paramref name="file"/> in the custom format, as the database was at <paramref name="snapshot"/>.</summary>
    public Task DumpAsync(NpgsqlConnectionStringBuilder database, string snapshot, string file, CancellationToken cancellation) =>
        RunAsync("pg_dump", ["--format=custom", $"--snapshot={snapshot}", $"--file={file}"], database, cancellation);

    /// <summary>Reads <paramref name="file"/> into an empty database, in one transaction: all of it or nothing.</summary>
    public Task RestoreAsync(NpgsqlConnectionStringBuilder database, string file, CancellationToken cancellation) =>
        RunAsync("pg_restore", ["--single-transaction", "--exit-on-error", $"--dbname={database.Database}", file], database, cancellation);

    private static async Task RunAsync(string tool, IEnumerable<string> arguments, NpgsqlConnectionStringBuilder database, CancellationToken cancellation)
    {
        // The login travels in the environment: arguments can be read by everyone on the machine.
        var environment = new Dictionary<string, string?>
        {
            ["PGHOST"] = database.Host,
            ["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = database.Username,
            ["PGPASSWORD"] = database.Password,
            ["PGDATABASE"] = database.Database,
            ["PGSSLMODE"] = database.SslMode switch { SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full", var mode => mode.ToString().ToLowerInvariant() },
            ["PGSSLROOTCERT"] = string.IsNullOrEmpty(database.RootCertificate) ? null : database.RootCertificate,
        };
        var ended = await Subprocess.RunAsync(tool, arguments, cancellation, Environment.CurrentDirectory, environment: environment);
        if (ended is not { ExitCode: 0 })
            throw new CommandFailure($"{tool} failed: {ended?.LastWords()}", "The database is as it was.");
    }
}
