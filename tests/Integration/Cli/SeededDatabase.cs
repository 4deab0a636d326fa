using Hedgerow.Cli.Seed;
using Hedgerow.Tests.Integration.ICreateTechs;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>A migrated database with the small world in it, seeded once for the tests that only look.</summary>
public sealed class SeededDatabase : IAsyncLifetime
{
    /// <summary>Today: event tables have partitions for the months around it.</summary>
    public static DateTime Day { get; } = DateTime.UtcNow.Date;

    public TestDatabase Database { get; private set; } = null!;

    public World World { get; private set; } = null!;

    public IReadOnlyList<SeededTable> Report { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Database = await CreateEmptyAsync();
        (World, Report) = await SeedAsync(Database);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    /// <summary>Migrated and with a key to encrypt with, as provisioning leaves it.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var database = await TestDatabase.CreateAsync("icreatetechs");
        await database.ExecuteAsync("insert into hedgerow.encryption_keys (public_key) values ($1)", TestKey.Public);
        return database;
    }

    public static async Task<(World World, IReadOnlyList<SeededTable> Report)> SeedAsync(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.AdminConnectionString) { Pooling = false });
        var seeder = new Seeder(source, WorldPlan.Small, Day, _ => { });
        return (seeder.World, await seeder.SeedAsync(CancellationToken.None));
    }
}
