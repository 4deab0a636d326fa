using System.Diagnostics;
using Hedgerow.Cli.Seed.Tables;
using Npgsql;

namespace Hedgerow.Cli.Seed;

/// <summary>How far a step has come: the rows of a table, or one of the few things that follow them.</summary>
public readonly record struct SeedProgress(string Step, int Done, int Total);

/// <summary>What a load wrote.</summary>
public sealed record SeededTable(string Table, int Rows, TimeSpan Took);

/// <summary>
/// Writes a world into the database by COPY, in one transaction: all of it or nothing. Triggers of the loaded tables are paused
/// (<see cref="PausedTriggers"/>) except those of <c>auth</c>, which make the profile rows of every installed application; the rules
/// that the paused ones keep are asked for at the end (<see cref="Invariants"/>). The other installed applications are filled by their own
/// scripts (<see cref="ApplicationSeeds"/>).
/// </summary>
public sealed class Seeder(NpgsqlDataSource database, WorldPlan plan, DateTime now, Action<SeedProgress> progress)
{
    /// <summary>The password of every seeded user.</summary>
    public const string Password = "hedgerow-demo";

    private const int ProgressEvery = 2_000;

    public World World { get; } = new(plan, now);

    /// <exception cref="CommandFailure">The login may not, the database is not migrated or not empty, or a rule would not hold.</exception>
    public async Task<IReadOnlyList<SeededTable>> SeedAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Preconditions.CheckAsync(connection, cancellation);
        await ExecuteAsync(connection, $"set local statement_timeout = 0; {ProfilesTable}", cancellation);

        var sources = await AskAsync(connection, cancellation);
        TableLoad[] loads = [.. Loads(sources)];
        var paused = await PausedTriggers.PauseAsync(connection,
            [.. loads.Select(load => load.Fills).Except(["auth.users", "auth.identities"])], cancellation);
        var seeded = new List<SeededTable>();
        foreach (var load in loads)
        {
            seeded.Add(await CopyAsync(connection, load, cancellation));
            if (load.Table == Accounts.Profiles)
                await ExecuteAsync(connection, FillProfiles, cancellation);
        }

        string[] tables = [.. seeded.Select(table => table.Table)];
        // Before the questions below: a planner that still believes the tables to be empty takes minutes for each.
        progress(new("analyze", 0, 1));
        await ExecuteAsync(connection, $"analyze {string.Join(", ", tables)}", cancellation);
        progress(new("analyze", 1, 1));
        await paused.ResumeAsync(connection, cancellation);
        // From here on the database's own rules are in force again: it meters what the files take.
        progress(new("meter storage", 0, 1));
        await using (var meter = new NpgsqlCommand(MeterStorage, connection) { CommandTimeout = 0 })
        {
            var metered = (int)(long)(await meter.ExecuteScalarAsync(cancellation))!;
            var usage = seeded.FindIndex(table => table.Table == "public.usage_records");
            seeded[usage] = seeded[usage] with { Rows = seeded[usage].Rows + metered };
        }

        progress(new("meter storage", 1, 1));
        seeded.AddRange(await ApplicationSeeds.RunAsync(connection, progress, cancellation));
        if (await Invariants.FirstBroken(connection, (done, all) => progress(new("check rules", done, all)), cancellation) is { } broken)
            throw new CommandFailure($"The seeded world would break a rule: {broken.Rule} ({broken.Breaches} do not). Nothing was kept.", "This is a fault of the seed: report it.");
        await transaction.CommitAsync(cancellation);

        // Else autovacuum would do it in the middle of the first benchmark.
        progress(new("vacuum", 0, tables.Length));
        foreach (var (place, table) in tables.Index())
        {
            await ExecuteAsync(connection, $"vacuum {table}", cancellation);
            progress(new("vacuum", place + 1, tables.Length));
        }

        return seeded;
    }

    /// <summary>All tables in an order that foreign keys allow.</summary>
    public static IEnumerable<TableLoad> Loads(Sources sources) =>
    [
        .. Accounts.Of(sources), .. Workspaces.Of(sources), .. Talks.Of(sources), .. Editor.Of(sources), .. Billing.Of(sources),
        .. Ai.Of(sources), .. Infrastructure.Of(sources), .. Metering.Of(sources), .. Observability.Of(sources),
        .. Integrations.Of(sources), .. Deployments.Of(sources),
    ];

    private async Task<SeededTable> CopyAsync(NpgsqlConnection connection, TableLoad load, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        progress(new(load.Fills, 0, load.Rows));
        await using (var importer = await connection.BeginBinaryImportAsync(load.CopyCommand, cancellation))
        {
            importer.Timeout = Timeout.InfiniteTimeSpan;
            var row = new RowWriter(importer);
            for (var index = 0; index < load.Rows; index++)
            {
                row.Start();
                load.Write(row, index);
                if ((index + 1) % ProgressEvery == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress(new(load.Fills, index + 1, load.Rows));
                }
            }

            await importer.CompleteAsync(cancellation);
        }

        progress(new(load.Fills, load.Rows, load.Rows));
        return new(load.Fills, load.Rows, watch.Elapsed);
    }

    private async Task<Sources> AskAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var plans = new List<PlanRow>();
        await using (var command = new NpgsqlCommand(
            "select id, slug, price_monthly, price_yearly from public.subscription_plans where slug = any ($1) order by array_position($1, slug)", connection)
            { Parameters = { new() { Value = Enum.GetNames<Tier>().Select(tier => tier.ToLowerInvariant()).ToArray() } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
            while (await reader.ReadAsync(cancellation))
                plans.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3)));
        if (plans.Count != Enum.GetValues<Tier>().Length)
            throw new CommandFailure("A plan that the migrations bring (free, pro, team, enterprise) is missing.", "Put it back into public.subscription_plans, or begin with an empty database: hedgerow db reset.");

        // Cost 10, as sign-up hashes. Hashed once: 20,000 times 50 ms would take a quarter of an hour.
        await using var hash = new NpgsqlCommand("select extensions.crypt($1, extensions.gen_salt('bf', 10))", connection) { Parameters = { new() { Value = Password } } };
        var passwordHash = (string)(await hash.ExecuteScalarAsync(cancellation))!;

        await using var encrypt = new NpgsqlCommand("select array_agg(hedgerow.encrypt(s.clear) order by s.place) from unnest($1) with ordinality as s (clear, place)", connection)
        {
            Parameters = { new() { Value = Secret.Clear(World.Plan.Secrets) } },
            CommandTimeout = 0,
        };
        var secrets = (string[])(await encrypt.ExecuteScalarAsync(cancellation))!;
        return new(World, plans, passwordHash, secrets);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private const string ProfilesTable =
        """
        create temporary table seed_profiles (
          id uuid, full_name text, avatar_url text, bio text, github_username text, website_url text, preferences jsonb, created_at timestamptz
        ) on commit drop
        """;

    private const string FillProfiles =
        """
        update public.users as u set full_name = p.full_name, avatar_url = p.avatar_url, bio = p.bio, github_username = p.github_username,
          website_url = p.website_url, preferences = p.preferences, created_at = p.created_at, updated_at = p.created_at
        from pg_temp.seed_profiles as p where p.id = u.id
        """;

    private const string MeterStorage =
        """
        select count(hedgerow.record_storage(w.id, hedgerow.stored_in(w.id), '{"from": "files"}')) from public.workspaces as w
        """;
}
