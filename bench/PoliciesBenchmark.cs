using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>
/// What row-level security costs: for every table of the applications, the list of 20 of an ordinary person, against the same list by
/// <c>service_role</c> with the policies' conditions as its WHERE, in the same run. And the plans: no policy may walk through a table.
/// Also how long migrations and policies of all applications take on an empty database.
/// </summary>
/// <remarks>
/// Options: <c>--db URL</c> (a superuser; the benchmark makes a database of its own and drops it), <c>--rows N</c> (100,000 a table),
/// <c>--schema NAME</c> (that one alone), <c>--keep</c> (the filled database stays, and is used again with the policies as they are then). The plan of every table's list goes to <c>TestResults/policies.txt</c>.
/// </remarks>
internal static partial class PoliciesBenchmark
{
    private const string Name = "hedgerow_bench_policies";
    private const double MostSeconds = 10;
    private const double MostRatio = 2;
    private const int Runs = 40;
    private const int MostPassedBy = 1_000;
    private const int Few = 100;

    private sealed record Line(string Table, long Rows, double User, double Service, bool Walks, string Plan);

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var server = BenchUrl.ConnectionString(BenchUrl.Of(options));
        var at = Array.IndexOf(options, "--rows");
        var rows = at >= 0 ? int.Parse(options[at + 1], CultureInfo.InvariantCulture) : 100_000;
        at = Array.IndexOf(options, "--schema");
        var schema = at >= 0 ? options[at + 1] : null;
        var keep = options.Contains("--keep");
        if (!keep) await OnServerAsync(server, $"drop database if exists {Name} with (force)", cancellation);
        try
        {
            await OnServerAsync(server, $"create database {Name} template template0", cancellation);
        }
        catch (PostgresException e) when (keep && e.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // An earlier run filled it.
        }
        try
        {
            return await MeasureAsync(new NpgsqlConnectionStringBuilder(server) { Database = Name, Pooling = false, CommandTimeout = 0 }.ConnectionString, rows, schema, cancellation);
        }
        finally
        {
            if (!keep) await OnServerAsync(server, $"drop database if exists {Name} with (force)", CancellationToken.None);
        }
    }

    private static async Task<bool> MeasureAsync(string connectionString, int rows, string? schema, CancellationToken cancellation)
    {
        var root = CheckoutRoot();
        var sql = Path.Combine(root, "sql");
        var clock = Stopwatch.StartNew();
        await DatabaseSetup.RunAsync(connectionString, new SetupOptions(sql, ScriptFolder.Apps(Path.Combine(sql, "migrations"))), cancellation: cancellation);
        var setup = clock.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"migrations and policies on an empty database: {setup:0.0} s (at most {MostSeconds:0})"));

        await using var database = new NpgsqlConnection(connectionString);
        await database.OpenAsync(cancellation);
        clock.Restart();
        var counts = await PolicyRows.FillAsync(database, rows, schema, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Count} tables, {counts.Values.Sum():N0} rows of 1,000 people in {clock.Elapsed.TotalSeconds:0} s"));

        var lines = new List<Line>();
        foreach (var (table, count) in counts)
            if (await MeasureAsync(database, table, count, cancellation) is { } line)
                lines.Add(line);
        await ReportAsync(root, lines, cancellation);
        foreach (var line in lines.OrderByDescending(line => line.User / line.Service).Where((line, place) => place < 10 || !Holds(line)))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{line.Table,-45} {line.Rows,9:N0} rows  {line.User,7:0.00} ms  service {line.Service,7:0.00} ms  {line.User / line.Service,5:0.00}{(line.Walks ? "  WALKS" : "")}{(Holds(line) ? "" : "  MISSED")}"));
        var hold = lines.Count(Holds);
        Console.WriteLine($"policies: {hold} of {lines.Count} lists are at most {MostRatio:0} times service_role's and walk through no table; plans in TestResults/policies.txt");
        return hold == lines.Count && setup <= MostSeconds;
    }

    private static bool Holds(Line line) => line.User <= MostRatio * line.Service && !line.Walks;

    /// <summary>Null where no signed-in person may read the table at all.</summary>
    private static async Task<Line?> MeasureAsync(NpgsqlConnection database, string table, long rows, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(ReadableAndConditions, database) { Parameters = { new() { Value = table } } };
        string columns, conditions;
        await using (var answer = await ask.ExecuteReaderAsync(cancellation))
        {
            if (!await answer.ReadAsync(cancellation) || answer.IsDBNull(0) || answer.IsDBNull(1)) return null;
            (columns, conditions) = (answer.GetString(0), answer.GetString(1));
        }
        var list = $"select {columns} from {table} limit 20";
        var same = $"select {columns} from {table} where {conditions} limit 20";
        var plan = await PlanAsync(database, list, indexesOnly: false, cancellation);
        var asks = conditions != "true" && rows >= Few; // a table that everybody reads whole, or of a handful of rows, is read as it lies, rightly
        // Turn by turn, so that whatever else the machine does meets both alike.
        double[] user = new double[Runs], service = new double[Runs];
        for (var run = -5; run < Runs; run++)
        {
            var (mine, theirs) = (await TimeAsync(database, "authenticated", list, cancellation), await TimeAsync(database, "service_role", same, cancellation));
            if (run >= 0) (user[run], service[run]) = (mine, theirs);
        }
        return new(table, rows, Undisturbed(user), Undisturbed(service), await WalksAsync(database, list, asks, plan, cancellation), plan);
    }

    /// <summary>As a request runs: role and claims are set, the list is read, in one round trip.</summary>
    private static async Task<double> TimeAsync(NpgsqlConnection database, string role, string list, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        await using (var transaction = await database.BeginTransactionAsync(cancellation))
        {
            await using var batch = new NpgsqlBatch(database, transaction) { BatchCommands = { new(Become(role)), new(list) } };
            await using var rows = await batch.ExecuteReaderAsync(cancellation);
            do
            {
                while (await rows.ReadAsync(cancellation)) { }
            }
            while (await rows.NextResultAsync(cancellation));
        }
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    /// <summary>
    /// Whether the list is looked for row by row. A sequential scan that is over after a few rows, because what somebody sees is everywhere in the
    /// table, is what <c>service_role</c> would do as well; one that goes on is a policy that no index answers, or one that the planner misjudges.
    /// </summary>
    private static async Task<bool> WalksAsync(NpgsqlConnection database, string list, bool asks, string plan, CancellationToken cancellation)
    {
        var passedBy = SeqScan().Matches(plan).Sum(scan => long.Parse(scan.Groups["removed"].Value, CultureInfo.InvariantCulture));
        if (passedBy > MostPassedBy) return true;
        // With sequential scans made dear, each policy must find an index.
        if (!asks) return false;
        return (await PlanAsync(database, list, indexesOnly: true, cancellation)).Contains("Seq Scan", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"Seq Scan on [^\n]*\n(?:(?! *->)[^\n]*\n)*?[^\n]*Rows Removed by Filter: (?<removed>\d+)")]
    private static partial Regex SeqScan();

    private static async Task<string> PlanAsync(NpgsqlConnection database, string list, bool indexesOnly, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginTransactionAsync(cancellation);
        await using (var become = new NpgsqlCommand(Become("authenticated"), database)) await become.ExecuteNonQueryAsync(cancellation);
        if (indexesOnly)
            await using (var dear = new NpgsqlCommand("set local enable_seqscan = off", database)) await dear.ExecuteNonQueryAsync(cancellation);
        await using var explain = new NpgsqlCommand($"explain (analyze, costs off, timing off) {list}", database);
        var plan = new StringBuilder();
        await using var row = await explain.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) plan.AppendLine(row.GetString(0));
        return plan.ToString();
    }

    private static string Become(string role) =>
        $"select set_config('request.jwt.claims', {Sql.Literal(JsonSerializer.Serialize(new { role, sub = PolicyRows.Person(8) }))}, true), set_config('role', '{role}', true)";

    /// <summary>The time below which a tenth of the runs stayed: what the list takes when nothing else disturbs it.</summary>
    private static double Undisturbed(double[] values) => values.Order().ElementAt(values.Length / 10);

    private static async Task ReportAsync(string root, List<Line> lines, CancellationToken cancellation)
    {
        var report = new StringBuilder();
        foreach (var line in lines)
            report.AppendLine(CultureInfo.InvariantCulture, $"{line.Table}: {line.Rows:N0} rows, {line.User:0.000} ms, service_role {line.Service:0.000} ms").AppendLine(line.Plan);
        Directory.CreateDirectory(Path.Combine(root, "TestResults"));
        await File.WriteAllTextAsync(Path.Combine(root, "TestResults", "policies.txt"), report.ToString(), cancellation);
    }

    private static string CheckoutRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "sql", "migrations"))) folder = folder.Parent!;
        return folder.FullName;
    }

    private static async Task OnServerAsync(string connectionString, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The columns that a signed-in person may read, and the conditions under which rows are shown: what a server would write as its WHERE.</summary>
    private const string ReadableAndConditions =
        """
        select
          (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
           where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
             and has_column_privilege('authenticated', a.attrelid, a.attnum, 'SELECT') and has_column_privilege('service_role', a.attrelid, a.attnum, 'SELECT')),
          (select string_agg(pg_get_expr(p.polqual, p.polrelid), ' or ') from pg_policy p
           where p.polrelid = $1::text::regclass and p.polcmd in ('r', '*') and p.polpermissive
             and (p.polroles = '{0}' or 'authenticated'::regrole = any (p.polroles)))
        """;
}
