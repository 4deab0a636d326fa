using Npgsql;

namespace Hedgerow.Cli.Seed;

/// <summary>
/// What the applications beside iCreateTechs are filled with: <c>sql/seeds/&lt;application&gt;.sql</c>, run for each that is installed. Their
/// triggers are on, so that their own rules make and check the rows. A script finds the first 200 accounts in <c>seed_people</c>
/// (<c>place</c> from 1, <c>id</c>, <c>email</c>).
/// </summary>
public static class ApplicationSeeds
{
    private const string People =
        """
        create temporary table seed_people on commit drop as
        select row_number() over (order by u.id)::int as place, u.id, u.email from auth.users as u order by u.id limit 200
        """;

    /// <summary>Runs the scripts in the caller's transaction.</summary>
    /// <returns>The tables of the applications that were seeded, with their rows.</returns>
    /// <exception cref="PostgresException">A script breaks a rule of its application.</exception>
    public static async Task<IReadOnlyList<SeededTable>> RunAsync(NpgsqlConnection connection, Action<SeedProgress> progress, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, People, cancellation);
        var seeded = new List<SeededTable>();
        foreach (var script in Scripts())
        {
            var app = Path.GetFileNameWithoutExtension(script);
            if (!await IsInstalledAsync(connection, app, cancellation))
                continue;
            progress(new(app, 0, 1));
            await ExecuteAsync(connection, await File.ReadAllTextAsync(script, cancellation), cancellation);
            progress(new(app, 1, 1));
            seeded.AddRange(await CountAsync(connection, app, cancellation));
        }

        return seeded;
    }

    private static IEnumerable<string> Scripts()
    {
        var folder = Path.Combine(Checkout.Root, "sql", "seeds");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal) : [];
    }

    private static async Task<bool> IsInstalledAsync(NpgsqlConnection connection, string app, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand("select exists (select from hedgerow.schemaversions where scriptname like $1 || '/%')", connection) { Parameters = { new() { Value = app } } };
        return (bool)(await ask.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<List<SeededTable>> CountAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand(
            """
            select c.oid::regclass::text, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', c.oid::regclass), false, true, '')))[1]::text::int
            from pg_catalog.pg_class as c
            where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p') and not c.relispartition
            order by c.relname
            """, connection) { Parameters = { new() { Value = schema } } };
        var tables = new List<SeededTable>();
        await using var reader = await count.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            tables.Add(new(reader.GetString(0), reader.GetInt32(1), TimeSpan.Zero));
        return tables;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
