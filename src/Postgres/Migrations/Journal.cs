using Npgsql;

namespace Hedgerow.Postgres.Migrations;

/// <summary>
/// <c>hedgerow.schemaversions</c>: which scripts were applied. The columns <c>schemaversionsid, scriptname, applied</c> are DbUp's, so either
/// can continue where the other stopped; <c>checksum</c> is ours and null in rows that DbUp wrote.
/// Source: dbup-postgresql, PostgresqlTableJournal.
/// </summary>
public static class Journal
{
    /// <summary>Makes the schema and the table where they are absent.</summary>
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Asked first, because "create … if not exists" wants the right to create even when there is nothing to do.
        await using var missing = new NpgsqlCommand("select to_regclass('hedgerow.schemaversions') is null", connection);
        if (await missing.ExecuteScalarAsync(cancellation) is true)
        {
            await using var create = new NpgsqlCommand(
                """
                create schema if not exists hedgerow;
                create table hedgerow.schemaversions (
                  schemaversionsid serial primary key,
                  scriptname varchar(255) not null,
                  applied timestamp not null,
                  checksum text
                );
                """, connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
        await using var adopt = new NpgsqlCommand(
            """
            select not exists (
              select from pg_attribute
              where attrelid = 'hedgerow.schemaversions'::regclass and attname = 'checksum' and not attisdropped)
            """, connection);
        if (await adopt.ExecuteScalarAsync(cancellation) is true)
        {
            await using var add = new NpgsqlCommand("alter table hedgerow.schemaversions add column checksum text", connection);
            await add.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Script name to checksum; the checksum is null where DbUp applied the script. Empty where there is no journal yet.</summary>
    public static async Task<IReadOnlyDictionary<string, string?>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using var there = new NpgsqlCommand("select to_regclass('hedgerow.schemaversions') is not null", connection);
        if (await there.ExecuteScalarAsync(cancellation) is not true) return applied;

        // to_jsonb, because the column may not be there yet in a journal that DbUp made.
        await using var read = new NpgsqlCommand(
            "select scriptname, to_jsonb(v) ->> 'checksum' from hedgerow.schemaversions v order by schemaversionsid", connection);
        await using var rows = await read.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            applied[rows.GetString(0)] = rows.IsDBNull(1) ? null : rows.GetString(1);
        return applied;
    }

    /// <summary>Records that <paramref name="script"/> was applied, now.</summary>
    public static NpgsqlBatchCommand Record(Script script) => new(
        "insert into hedgerow.schemaversions (scriptname, applied, checksum) values ($1, now() at time zone 'utc', $2)")
    {
        Parameters = { new() { Value = script.Name }, new() { Value = script.Checksum } },
    };

    /// <summary>Gives the row that DbUp wrote for <paramref name="script"/> its checksum.</summary>
    public static NpgsqlBatchCommand Adopt(Script script) => new(
        "update hedgerow.schemaversions set checksum = $2 where scriptname = $1 and checksum is null")
    {
        Parameters = { new() { Value = script.Name }, new() { Value = script.Checksum } },
    };
}
