using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Postgres.Policies;

/// <summary><c>hedgerow.policy_files</c>: the text of which policy files the database holds.</summary>
public static class PolicyJournal
{
    /// <summary>The name under which <c>_access.sql</c> is kept beside the tables' files.</summary>
    public const string Access = "_access";

    /// <summary>File (without <c>.sql</c>) to checksum for <paramref name="schema"/>; makes the table where it is absent.</summary>
    public static async Task<Dictionary<string, string>> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        // Asked first, because "create … if not exists" wants the right to create even when there is nothing to do.
        await using var missing = new NpgsqlCommand("select to_regclass('hedgerow.policy_files') is null", connection);
        if (await missing.ExecuteScalarAsync(cancellation) is true)
        {
            await using var create = new NpgsqlCommand(
                """
                create schema if not exists hedgerow;
                create table hedgerow.policy_files (
                  schema_name text not null,
                  file_name text not null,
                  checksum text not null,
                  applied_at timestamptz not null default now(),
                  primary key (schema_name, file_name)
                );
                """, connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
        await using var read = new NpgsqlCommand("select file_name, checksum from hedgerow.policy_files where schema_name = $1", connection)
        {
            Parameters = { new() { Value = schema } },
        };
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var rows = await read.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) files[rows.GetString(0)] = rows.GetString(1);
        return files;
    }

    /// <summary>Replaces what is known about <paramref name="folder"/> by its present text. Rows of unchanged files keep their time.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, PolicyFolder folder, CancellationToken cancellation)
    {
        await using var write = new NpgsqlCommand(
            """
            with files as (select * from unnest($2::text[], $3::text[]) as f (file_name, checksum)),
                 gone as (delete from hedgerow.policy_files p where schema_name = $1 and not exists (select from files where file_name = p.file_name))
            insert into hedgerow.policy_files as p (schema_name, file_name, checksum)
            select $1, file_name, checksum from files
            on conflict (schema_name, file_name) do update set checksum = excluded.checksum, applied_at = now()
            where p.checksum <> excluded.checksum
            """, connection)
        {
            Parameters =
            {
                new() { Value = folder.Schema },
                new() { Value = (string[])[Access, .. folder.Tables.Select(file => file.Table)] },
                new() { Value = (string[])[Script.ChecksumOf(folder.Access.Text), .. folder.Tables.Select(file => file.Checksum)] },
            },
        };
        await write.ExecuteNonQueryAsync(cancellation);
    }
}
