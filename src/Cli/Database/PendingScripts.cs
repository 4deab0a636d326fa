using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>The scripts that a database has not had yet.</summary>
public static class PendingScripts
{
    /// <summary>How many there are, and what they would stop.</summary>
    /// <exception cref="Postgres.SetupException">An applied script was edited since, or its file is gone.</exception>
    public static async Task<(int Scripts, IReadOnlyList<MigrationFinding> Findings)> LintAsync(
        string connectionString, SetupOptions options, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        var all = ScriptFolder.Read(Path.Combine(options.SqlFolder, "migrations"), options.Apps);
        var pending = MigrationRunner.Pending(all, options.Apps, await Journal.ReadAsync(connection, cancellation));
        var large = await LargeTablesAsync(connection, cancellation);
        return (pending.Count, MigrationLint.Check(pending, table => large.GetValueOrDefault(table)));
    }

    private static async Task<Dictionary<string, long>> LargeTablesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var ask = new NpgsqlCommand(
            """
            select t.name, t.rows::bigint
            from (
              select n.nspname || '.' || c.relname as name,
                -- A partitioned table is as large as its partitions.
                coalesce((select sum(p.reltuples) from pg_catalog.pg_partition_tree(c.oid) as l join pg_catalog.pg_class as p on p.oid = l.relid where l.isleaf), c.reltuples) as rows
              from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
              where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')) as t
            where t.rows >= $1
            """, connection)
        {
            Parameters = { new() { Value = (double)MigrationLint.Large } },
        };
        await using var answer = await ask.ExecuteReaderAsync(cancellation);
        while (await answer.ReadAsync(cancellation)) rows[answer.GetString(0)] = answer.GetInt64(1);
        return rows;
    }
}
