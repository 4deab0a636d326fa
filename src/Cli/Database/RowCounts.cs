using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>How many rows each table of a database holds: what a backup is held against.</summary>
internal static class RowCounts
{
    /// <summary>Every ordinary table and partition outside PostgreSQL's own schemas, as the connection's transaction sees it.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tables = new List<QualifiedName>();
        await using (var list = new NpgsqlCommand(
            """
            select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_toast%'
            order by 1, 2
            """, connection))
        await using (var row = await list.ExecuteReaderAsync(cancellation))
            while (await row.ReadAsync(cancellation)) tables.Add(new QualifiedName(row.GetString(0), row.GetString(1)));

        var counts = new Dictionary<string, long>(tables.Count);
        foreach (var table in tables)
        {
            await using var count = new NpgsqlCommand($"select count(*) from only {Sql.Identifier(table)}", connection) { CommandTimeout = 0 };
            counts[$"{table.Schema}.{table.Name}"] = (long)(await count.ExecuteScalarAsync(cancellation))!;
        }
        return counts;
    }

    /// <summary>The tables in which the two differ, each as a text; empty when they agree.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, long> wanted, IReadOnlyDictionary<string, long> found) =>
    [
        .. wanted.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(table => !wanted.TryGetValue(table, out var rows) || !found.TryGetValue(table, out var there) || rows != there)
            .Select(table => $"{table}: {Rows(wanted, table)} expected, {Rows(found, table)} found"),
    ];

    private static string Rows(IReadOnlyDictionary<string, long> counts, string table) =>
        counts.TryGetValue(table, out var rows) ? $"{rows} rows" : "no table";
}
