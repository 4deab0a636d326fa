using System.Globalization;

namespace Hedgerow.Cli.Embedded;

/// <summary>Makes a database cluster, and reads what its server writes about itself.</summary>
public static class DataDirectory
{
    /// <summary>
    /// What a new cluster's <c>postgresql.conf</c> ends with. It is the DBA's file from then on.
    /// Source of each: PostgreSQL documentation, chapter 19.
    /// </summary>
    private const string Settings =
        """

        # --- Hedgerow ---
        wal_level = logical                 # realtime reads row changes from the write-ahead log
        max_wal_senders = 20
        max_replication_slots = 20
        max_slot_wal_keep_size = 4GB        # a reader that is gone for good must not fill the disk
        max_connections = 100
        timezone = 'UTC'
        log_timezone = 'UTC'
        shared_preload_libraries = 'pg_stat_statements'
        log_line_prefix = '%m [%p] %q%u@%d '
        logging_collector = on
        log_filename = 'postgresql-%a.log'  # one file a weekday, a week kept
        log_truncate_on_rotation = on
        log_rotation_size = 0
        """;

    /// <summary>Whether <paramref name="data"/> holds a complete cluster.</summary>
    public static bool Exists(string data) => File.Exists(Path.Combine(data, "PG_VERSION"));

    /// <summary>
    /// Makes a cluster: data checksums, UTF-8, the builtin C.UTF-8 locale (the same order on every machine and after every update of its
    /// libraries), a superuser <c>postgres</c> with <paramref name="password"/>, SCRAM for everyone. It appears under its name only when complete.
    /// </summary>
    public static async Task CreateAsync(
        PostgresPrograms programs, ServerHome home, string password, IProgress<string> progress, CancellationToken cancellation)
    {
        progress.Report($"Making a database cluster in {home.Data}");
        var unfinished = home.Data + ".unfinished";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);

        var passwordFile = Path.Combine(home.Folder, Path.GetRandomFileName());
        try
        {
            await WriteSecretAsync(passwordFile, password, home.Account, cancellation);
            var initdb = await Subprocess.RunAsync(
                programs.Initdb,
                [
                    "-D", unfinished, "-U", "postgres", $"--pwfile={passwordFile}", "-A", "scram-sha-256", "--data-checksums", "-E", "UTF8",
                    .. await LocaleAsync(programs, home, cancellation),
                ],
                cancellation, account: home.Account, environment: PostgresProcess.Environment);
            if (initdb is not { ExitCode: 0 })
                throw new CommandFailure(
                    $"PostgreSQL could not make its data folder {home.Data}:\n{initdb?.LastWords() ?? $"{programs.Initdb} is missing"}",
                    "Free some space or choose another folder with --state.");
            await File.AppendAllTextAsync(
                Path.Combine(unfinished, "postgresql.conf"), $"{Settings}\nlog_directory = '{home.Log.Replace("'", "''", StringComparison.Ordinal)}'\n", cancellation);
            Directory.Move(unfinished, home.Data);
        }
        finally
        {
            File.Delete(passwordFile);
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>The process that <c>postmaster.pid</c> names, and whether it takes connections; null where there is no such file.</summary>
    /// <remarks>Lines of the file (src/include/utils/pidfile.h): 1 the pid, 4 the port, 8 the status, padded with blanks.</remarks>
    public static (int Pid, bool Ready)? Postmaster(string data)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(data, "postmaster.pid"));
            return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
                ? (pid, lines.Length >= 8 && lines[7].Trim() == "ready")
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The builtin provider came with PostgreSQL 17; before it, libc's C.UTF-8 orders in the same way.</summary>
    private static async Task<string[]> LocaleAsync(PostgresPrograms programs, ServerHome home, CancellationToken cancellation)
    {
        var version = await Subprocess.RunAsync(
            programs.Initdb, ["--version"], cancellation, account: home.Account, environment: PostgresProcess.Environment);
        var words = (version?.Output ?? "").Trim().Split(' '); // initdb (PostgreSQL) 18.4
        var major = int.TryParse(words.ElementAtOrDefault(2)?.Split('.')[0], CultureInfo.InvariantCulture, out var number) ? number : 0;
        return major >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C.UTF-8"];
    }

    private static async Task WriteSecretAsync(string file, string secret, string? account, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(file, options))
            await writer.WriteLineAsync(secret.AsMemory(), cancellation);
        if (account is not null) await ServerAccount.GiveAsync(account, file, cancellation);
    }
}
