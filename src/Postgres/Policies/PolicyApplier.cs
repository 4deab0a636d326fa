using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Postgres.Policies;

/// <summary>
/// Brings the policies of a schema to the text of its files, in one transaction: a table whose file changed loses all its policies and gets
/// those of the file; a change of <c>_access.sql</c> touches every table. The caller holds <see cref="SetupLock"/>.
/// </summary>
public static class PolicyApplier
{
    private sealed record Table(string Name, bool Partition, bool Enabled, bool Forced);

    /// <summary>Applies what changed.</summary>
    /// <returns>The names of the files that ran; empty when the database held their text already.</returns>
    /// <exception cref="SetupException">
    /// A table without a file, a file without a table, a table whose row-level security is not enabled and forced, or PostgreSQL refuses a file.
    /// Nothing of the schema was changed then.
    /// </exception>
    public static async Task<IReadOnlyList<string>> ApplyAsync(NpgsqlConnection connection, PolicyFolder folder, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var known = await PolicyJournal.ReadAsync(connection, folder.Schema, cancellation);
        var tables = await TablesAsync(connection, folder.Schema, cancellation);
        Match(folder, tables);

        var accessChanged = known.GetValueOrDefault(PolicyJournal.Access) != Script.ChecksumOf(folder.Access.Text);
        var changed = folder.Tables.Where(file => accessChanged || known.GetValueOrDefault(file.Table) != file.Checksum).ToList();
        if (accessChanged || changed.Count > 0)
        {
            await MigrationRunner.EnterAsync(connection, asLogin: false, cancellation);
            // All drops come first: a function that _access.sql drops or changes may still be in a policy of any table.
            foreach (var file in changed)
                await DropAsync(connection, new QualifiedName(folder.Schema, file.Table), cancellation);
            if (accessChanged) await folder.Access.RunAsync(connection, cancellation);
            foreach (var file in changed)
                await file.Sql.RunAsync(connection, cancellation);

            await using var leave = new NpgsqlCommand("set local session authorization default; reset role", connection);
            await leave.ExecuteNonQueryAsync(cancellation);
        }
        if (changed.Count > 0 || accessChanged || known.Count != folder.Tables.Count + 1)
            await PolicyJournal.WriteAsync(connection, folder, cancellation);
        Protected(folder, await TablesAsync(connection, folder.Schema, cancellation));
        await MigrationRunner.CommitAsync(transaction, $"policies/{folder.Schema}", cancellation);

        return [.. accessChanged && folder.Access.Text.Length > 0 ? [folder.Access.Name] : Array.Empty<string>(), .. changed.Select(file => file.Sql.Name)];
    }

    // A partition is reached through its parent, under the parent's policies; on its own it must show nothing, so it needs no file.
    private static void Match(PolicyFolder folder, IReadOnlyList<Table> tables)
    {
        var files = folder.Tables.Select(file => file.Table).ToHashSet(StringComparer.Ordinal);
        var names = tables.Where(table => !table.Partition).Select(table => table.Name).ToHashSet(StringComparer.Ordinal);
        var bare = names.Except(files).Order(StringComparer.Ordinal).ToList();
        if (bare.Count > 0)
            throw new SetupException(
                $"Tables without a policy file: {string.Join(", ", bare.Select(name => $"{folder.Schema}.{name}"))}.",
                $"Write sql/policies/{folder.Schema}/{bare[0]}.sql; a table that nobody may touch gets a file with a comment that says so.");
        var stray = files.Except(names).Order(StringComparer.Ordinal).ToList();
        if (stray.Count > 0)
            throw new SetupException(
                $"Policy files without a table: {string.Join(", ", stray.Select(name => $"policies/{folder.Schema}/{name}.sql"))}.",
                "Rename the file after its table, or delete it.");
    }

    private static void Protected(PolicyFolder folder, IReadOnlyList<Table> tables)
    {
        var open = tables.Where(table => !table.Enabled || !table.Forced).ToList();
        if (open.Count == 0) return;
        var first = Sql.Identifier(new QualifiedName(folder.Schema, open[0].Name));
        throw new SetupException(
            $"Row-level security is not enabled and forced on: {string.Join(", ", open.Select(table => $"{folder.Schema}.{table.Name}"))}.",
            $"Say so in a migration: alter table {first} enable row level security, force row level security;");
    }

    private static async Task<IReadOnlyList<Table>> TablesAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(
            """
            select c.relname, c.relispartition, c.relrowsecurity, c.relforcerowsecurity
            from pg_class c
            where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p')
              and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            order by c.relname
            """, connection)
        {
            Parameters = { new() { Value = schema } },
        };
        var tables = new List<Table>();
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) tables.Add(new(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3)));
        return tables;
    }

    private static async Task DropAsync(NpgsqlConnection connection, QualifiedName table, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand("select polname from pg_policy where polrelid = to_regclass($1)", connection)
        {
            Parameters = { new() { Value = Sql.Identifier(table) } },
        };
        var policies = new List<string>();
        await using (var row = await ask.ExecuteReaderAsync(cancellation))
            while (await row.ReadAsync(cancellation))
                policies.Add(row.GetString(0));
        if (policies.Count == 0) return;

        await using var drop = new NpgsqlBatch(connection);
        foreach (var policy in policies)
            drop.BatchCommands.Add(new($"drop policy {Sql.Identifier(policy)} on {Sql.Identifier(table)}"));
        await drop.ExecuteNonQueryAsync(cancellation);
    }
}
