using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>One migrated database for the tests of a class.</summary>
public sealed class ICreateTechsFixture : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        await new Person(Database, "postgres").ExecuteAsync(
            "insert into hedgerow.encryption_keys (public_key) values ($1)", TestKey.Public);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    internal Task<TestWorkspace> WorkspaceAsync() => TestWorkspace.CreateAsync(Database);
}
