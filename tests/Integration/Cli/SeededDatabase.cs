using Hedgerow.Cli.Seed;
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
        await database.ExecuteAsync(
            $"insert into hedgerow.encryption_keys (public_key) select decode('{PublicKey}', 'base64') where not exists (select from hedgerow.encryption_keys)");
        return database;
    }

    public static async Task<(World World, IReadOnlyList<SeededTable> Report)> SeedAsync(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.AdminConnectionString) { Pooling = false });
        var seeder = new Seeder(source, WorldPlan.Small, Day, _ => { });
        return (seeder.World, await seeder.SeedAsync(CancellationToken.None));
    }

    /// <summary>An OpenPGP key (RSA 2048) whose private half was thrown away.</summary>
    private const string PublicKey =
        """
        mQENBGsBV5UBCADshrbxQ6o6UPxRL9Oznxi7uikA5ZaCTIpzYh6sv7/e6VDjYnP6UH6ZbHzZD6s/E0lVKxlwkKEt4FKgOCXSoflNOonq3leIZNAJqzZxa/jd
        ic6YNpwL9HoUCVfZACsImCQk3hzP00Qt/jk/Z9gAgZvmd0SuCxrCX4KCOnaVujcpYXKcvT+daV3S4KVul4nPSu6x73Ch1EpzyBiyB1yhgzAEm3O+Go6ti8tZ
        YwTq5qtONgJESjfFkeIJNlgAPzGkDqw37lSbeEL3iloK11f7bhjRDdVTnGDe4MNbdUzE7LMOsb3Nyq4x/RKIFq1T2nGZ+yTOCswyB+mhv9fGds9CRMuPABEB
        AAG0DnNlZWRAeC5leGFtcGxliQFOBBMBCgA4FiEEy0ehJ7QANddgXPP6OdVABPSpXOAFAmsBV5UCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQOdVA
        BPSpXOAofAgA2mUOtSEgB6LJGbDhccaHQSZHVzruQXBp/cDQdW0tM7xSb6lu8rTkoW0SzRZqgtsMMyCT1kzCBeNkrIuGs1qLLucVBBGnu0TO5u0SlyetVDcL
        TZ9bwQvbR5CiAoVkFtTkJYB4xEJdkpMI+yheoTEkzavDPWtKcB4FivoKS0DHhLw9FBjrEGsWkSXSOZ2ZiI2BGgzXIjSaCJUWEueJna8MwiGWVUEjbxY6hN0j
        zJUN2unStZQrhWthnXVohhi+pUHU7VSDlvwOr4/kU1IUrX9wvlSuu373+0AQd+W6rBk064Dlv/UNqvwSNV3WbC3n27afVbOq+CT4FIiTVzNAcS2jxrkBDQRr
        AVeVAQgAztzcoFip2vhUIB+GvuTR0oQb21EkAUZ9mJERYttl/+ybRU1ZTVa8a1W5FNkroM2oRzW51w1j/RBDZIMwL0SqfKnWy25sv6aukDVwOWe4F+Q7fKzH
        PhDY4KLVY7D/dVROaMuLOEhd0YVIKEcW/OhLTdps8UPZ0/e05k7ZbvF97715rnidbCwLUfMQvPrKI/gLD2tGJGdi2K6VX0TtMaCxUql7l5twTfz5JKROL2W1
        T5iTjomQOp7IS9gWT/iyOTQOuoLVOUbysY/x0gKaG1W4qYkBW0yFbh/gQFIXbRAqnfPIH6QHgmgaWtjYRBjE2K03s4pzdK8NlKb2ni8DPoEIMwARAQABiQE2
        BBgBCgAgFiEEy0ehJ7QANddgXPP6OdVABPSpXOAFAmsBV5UCGwwACgkQOdVABPSpXOBsHQf/QT47LMl/q9Src0j+hNl6MlX9gq4i3o/LQ+pP6ZrlAAITYu9O
        jq6X/6irFZDX3u4se1uWhqqeixL2n9+v3+2e5E8gbVO0hywKMMzDuB5mt6toayzPH/YlAV/rSazmAYiB+uNBoXfXoRkWoQ8qr90naAed/5mEE/bkeVch6hG6
        2IlJhvt223HHWu+Yv0CxIypXyksgE/8A299+M9/vlllwrZ6wukF+L9NLkNaKEAP/45kvuiEzsRQXC+OOemSG5bCscdb9NxxDaVqux96O8cS1jz0nKnFRIOuL
        qUEvdBc67FdcPCPpq65zG0/+RyFb+7rCK4Tbm3G54xjZk0zh37IbSw==
        """;
}
