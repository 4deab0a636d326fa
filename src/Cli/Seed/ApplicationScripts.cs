using System.Diagnostics;
using Hedgerow.Cli.Database;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Seed;

/// <summary>
/// The sample data of the applications beside iCreateTechs: <c>sql/seed/&lt;app&gt;.sql</c>, for those whose schema is installed. They are small and
/// written through the applications' own rules (triggers are on), on top of the people that the world brought.
/// </summary>
internal static class ApplicationScripts
{
    /// <summary>Runs them within the connection's transaction; what each table holds then.</summary>
    /// <exception cref="SetupException">PostgreSQL refuses a statement; the message names file and line.</exception>
    public static async Task<IReadOnlyList<SeededTable>> RunAsync(NpgsqlConnection connection, Action<SeedProgress> progress, CancellationToken cancellation)
    {
        var seeded = new List<SeededTable>();
        foreach (var path in Directory.GetFiles(Path.Combine(PlatformSetup.SqlFolder, "seed"), "*.sql").Order(StringComparer.Ordinal))
        {
            var app = Path.GetFileNameWithoutExtension(path);
            var tables = await TablesAsync(connection, app, cancellation);
            if (tables.Count == 0) continue;
            progress(new(app, 0, 1));
            var watch = Stopwatch.StartNew();
            await new SqlFile($"seed/{app}.sql", await File.ReadAllTextAsync(path, cancellation)).RunAsync(connection, cancellation);
            await using (var analyze = new NpgsqlCommand($"analyze {string.Join(", ", tables)}", connection) { CommandTimeout = 0 })
                await analyze.ExecuteNonQueryAsync(cancellation);
            foreach (var (place, table) in tables.Index())
                seeded.Add(new(table, await RowsAsync(connection, table, cancellation), place == 0 ? watch.Elapsed : TimeSpan.Zero));
            progress(new(app, 1, 1));
        }
        return seeded;
    }

    /// <summary>As SQL writes them, schema and name.</summary>
    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(
            """
            select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition order by 1
            """, connection) { Parameters = { new() { Value = schema } } };
        var tables = new List<string>();
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) tables.Add(row.GetString(0));
        return tables;
    }

    private static async Task<int> RowsAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand($"select count(*)::int from {table}", connection);
        return (int)(await count.ExecuteScalarAsync(cancellation))!;
    }
}
