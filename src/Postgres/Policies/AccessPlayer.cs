using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Postgres.Policies;

/// <summary>A cell that the database does not hold.</summary>
/// <param name="Persona">Null where the whole table cannot be played.</param>
/// <param name="Expected">As <c>ACCESS.md</c> writes it.</param>
/// <param name="Got">What the database allows, written in the same way.</param>
/// <param name="Why">For each letter that differs: what PostgreSQL answered.</param>
public sealed record AccessDifference(string Table, string? Persona, string Expected, string Got, string Why);

/// <summary>How a schema's matrix fared.</summary>
/// <param name="Hold">Cells that the database holds.</param>
public sealed record AccessReport(string Schema, int Hold, IReadOnlyList<AccessDifference> Differences);

/// <summary>
/// Plays every cell of <c>ACCESS.md</c> through real row-level security: as the persona, on rows of others and of its own, in one transaction
/// that is always rolled back.
/// </summary>
public static class AccessPlayer
{
    private const string MatrixFile = "ACCESS.md", WorldFile = "_personas.sql";

    private sealed record Answer(char Reach, string Why);

    /// <summary>The installed schemas' matrices, one after the other.</summary>
    /// <exception cref="SetupException">A file is missing or cannot be read, or <c>_personas.sql</c> is refused.</exception>
    public static async Task<IReadOnlyList<AccessReport>> PlayAllAsync(string connectionString, SetupOptions options, CancellationToken cancellation = default)
    {
        await using var connection = await SetupConnection.OpenAsync(connectionString, cancellation);
        var scripts = ScriptFolder.Read(options.Migrations, options.Apps);
        var reports = new List<AccessReport>();
        foreach (var folder in await DatabaseSetup.InstalledPoliciesAsync(connection, scripts, options, cancellation))
            reports.Add(await PlayAsync(connection, folder, cancellation));
        return reports;
    }

    private static async Task<AccessReport> PlayAsync(NpgsqlConnection connection, PolicyFolder folder, CancellationToken cancellation)
    {
        var matrix = ReadMatrix(folder);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await MakeWorldAsync(connection, folder, cancellation);
        await DemandPersonasAsync(connection, folder, matrix, cancellation);

        var differences = new List<AccessDifference>();
        var hold = 0;
        var tables = await TablesAsync(connection, folder.Schema, cancellation);
        foreach (var row in matrix.Rows)
        {
            if (!tables.Remove(row.Table))
            {
                differences.Add(new(row.Table, null, "a table", "none", $"{MatrixFile} line {row.Line} names it, the schema does not have it"));
                continue;
            }
            var found = await PlayTableAsync(connection, new QualifiedName(folder.Schema, row.Table), row, cancellation);
            differences.AddRange(found);
            hold += found.Any(difference => difference.Persona is null) ? 0 : row.Cells.Count - found.Count;
        }
        differences.AddRange(tables.Select(table => new AccessDifference(table, null, "no such table", "a table", $"{MatrixFile} has no row for it")));
        return new(folder.Schema, hold, differences); // the transaction rolls back
    }

    private static AccessMatrix ReadMatrix(PolicyFolder folder)
    {
        var file = Path.Combine(folder.Folder, MatrixFile);
        if (!File.Exists(file))
            throw new SetupException($"policies/{folder.Schema}/{MatrixFile} is missing.", "It says who may do what with each table; sql/README.md shows its form.");
        try
        {
            return AccessMatrix.Parse(File.ReadAllText(file));
        }
        catch (FormatException error)
        {
            throw new SetupException($"policies/{folder.Schema}/{MatrixFile}:{error.Message}.", "", error);
        }
    }

    private static async Task MakeWorldAsync(NpgsqlConnection connection, PolicyFolder folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder.Folder, WorldFile);
        if (!File.Exists(file))
            throw new SetupException($"policies/{folder.Schema}/{WorldFile} is missing.", "It makes the personas and a sample row a table; sql/README.md shows its form.");
        await MigrationRunner.EnterAsync(connection, asLogin: true, cancellation);
        await using var tables = new NpgsqlCommand(
            """
            create temp table personas (name text primary key, role name not null, claims jsonb not null default '{}', headers jsonb not null default '{}') on commit drop;
            create temp table samples (table_name text primary key, row jsonb not null, new_row jsonb, existing_only boolean not null default false) on commit drop
            """, connection);
        await tables.ExecuteNonQueryAsync(cancellation);
        await new SqlFile($"policies/{folder.Schema}/{WorldFile}", File.ReadAllText(file)).RunAsync(connection, cancellation);

        await using var leave = new NpgsqlCommand(
            "set local session authorization default; reset role; set constraints all immediate; set constraints all deferred", connection);
        await leave.ExecuteNonQueryAsync(cancellation);
        await new SqlFile("AccessPlay.sql", PlaySql.Value).RunAsync(connection, cancellation);
    }

    private static async Task DemandPersonasAsync(NpgsqlConnection connection, PolicyFolder folder, AccessMatrix matrix, CancellationToken cancellation)
    {
        string[] wanted = [.. matrix.Rows.SelectMany(row => row.Cells).Select(cell => cell.Key).Append("other").Distinct()];
        await using var ask = new NpgsqlCommand("select n from unnest($1::text[]) as n where n not in (select name from personas)", connection)
        {
            Parameters = { new() { Value = wanted } },
        };
        if (await ask.ExecuteScalarAsync(cancellation) is string missing)
            throw new SetupException(
                $"policies/{folder.Schema}/{WorldFile} makes no persona \"{missing}\".",
                missing == "other" ? "It is the member whose rows the upper-case letters are played on." : $"{MatrixFile} has a column for it.");
    }

    private static async Task<SortedSet<string>> TablesAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(
            """
            select c.relname from pg_class c
            where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p') and not c.relispartition
              and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            """, connection)
        {
            Parameters = { new() { Value = schema } },
        };
        var tables = new SortedSet<string>(StringComparer.Ordinal);
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) tables.Add(row.GetString(0));
        return tables;
    }

    private static async Task<List<AccessDifference>> PlayTableAsync(
        NpgsqlConnection connection, QualifiedName table, AccessRow row, CancellationToken cancellation)
    {
        await using var play = new NpgsqlCommand("select persona, letter, reach, why from pg_temp.play($1::regclass, $2)", connection)
        {
            Parameters = { new() { Value = Sql.Identifier(table) }, new() { Value = row.Cells.Select(cell => cell.Key).ToArray() } },
        };
        var answers = new Dictionary<(string Persona, char Letter), Answer>();
        await using (var answer = await play.ExecuteReaderAsync(cancellation))
            while (await answer.ReadAsync(cancellation))
            {
                if (answer.IsDBNull(0)) return [new(row.Table, null, "a sample", "none", answer.GetString(3))];
                answers[(answer.GetString(0), answer.GetString(1)[0])] = new(answer.GetString(2)[0], answer.GetString(3));
            }
        return [.. row.Cells.Select(cell => Compare(row.Table, cell.Key, cell.Value, answers)).OfType<AccessDifference>()];
    }

    private static AccessDifference? Compare(string table, string persona, AccessCell expected, Dictionary<(string, char), Answer> answers)
    {
        Reach Got(char letter) => answers[(persona, letter)].Reach switch { 'O' => Reach.Others, 'o' => Reach.Own, _ => Reach.None };
        var got = new AccessCell(Got('S'), Got('I'), Got('U'), Got('D'));
        if (got == expected) return null;
        var why = AccessCell.Letters.Where(letter => got[letter] != expected[letter]).Select(letter =>
            got[letter] > expected[letter]
                ? $"{letter}: works on {(got[letter] == Reach.Others ? "others' rows" : "its own row")}"
                : $"{letter}: {answers[(persona, letter)].Why}");
        return new(table, persona, expected.ToString(), got.ToString(), string.Join("; ", why));
    }

    private static readonly Lazy<string> PlaySql = new(() =>
    {
        using var stream = typeof(AccessPlayer).Assembly.GetManifestResourceStream($"{typeof(AccessPlayer).Namespace}.AccessPlay.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });
}
