using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Postgres;

public sealed class PolicyTests : IAsyncLifetime, IDisposable
{
    private readonly SqlFolder _sql = new();
    private TestDatabase _database = null!;

    public PolicyTests() => _sql
        .With("migrations/garden/0001_x.sql",
            """
            create schema garden;
            create table garden.beds (id int, kind text);
            create table garden.paths (id int);
            alter table garden.beds enable row level security, force row level security;
            alter table garden.paths enable row level security, force row level security;
            """)
        .With("policies/garden/_access.sql", "create or replace function garden.allowed(int) returns boolean language sql as 'select $1 > 0';")
        .With("policies/garden/beds.sql", "create policy read on garden.beds for select using (garden.allowed(id)); create policy write on garden.beds for insert with check (true);")
        .With("policies/garden/paths.sql", "-- nobody");

    public async Task InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync();
    public async Task DisposeAsync() => await _database.DisposeAsync();
    public void Dispose() => _sql.Dispose();

    private Task SetUpAsync() => _sql.SetUpAsync(_database, "garden");

    private Task<string?> PoliciesAsync() => _database.ScalarAsync<string>(
        "select string_agg(tablename || '.' || policyname, ' ' order by tablename, policyname) from pg_policies where schemaname = 'garden'");

    private async Task<List<string>> FilesThatRunAsync()
    {
        var files = new List<string>();
        await _sql.SetUpAsync(_database.AdminConnectionString, step => { if (step is SetupStep.Policies ran) files.AddRange(ran.Files); }, "garden");
        return files;
    }

    [Fact]
    public async Task The_database_holds_what_the_files_say()
    {
        await SetUpAsync();
        Assert.Equal("beds.read beds.write", await PoliciesAsync());
        Assert.Equal("_access beds paths", await _database.ScalarAsync<string>("select string_agg(file_name, ' ' order by file_name) from hedgerow.policy_files"));
    }

    [Fact]
    public async Task A_policy_dropped_from_its_file_is_gone()
    {
        await SetUpAsync();
        _sql.With("policies/garden/beds.sql", "create policy sole on garden.beds for select using (true);");
        await SetUpAsync();
        Assert.Equal("beds.sole", await PoliciesAsync());
    }

    [Fact]
    public async Task Only_what_changed_runs_and_a_change_of_the_access_functions_changes_all()
    {
        Assert.Equal(3, (await FilesThatRunAsync()).Count);
        Assert.Empty(await FilesThatRunAsync());

        _sql.With("policies/garden/paths.sql", "create policy walk on garden.paths for select using (true);");
        Assert.Equal(["policies/garden/paths.sql"], await FilesThatRunAsync());

        // The function's parameters change, which PostgreSQL refuses while a policy calls it.
        _sql.With("policies/garden/_access.sql", "drop function garden.allowed(int); create function garden.allowed(bigint) returns boolean language sql as 'select true';");
        Assert.Equal(["policies/garden/_access.sql", "policies/garden/beds.sql", "policies/garden/paths.sql"], await FilesThatRunAsync());
        Assert.Equal("beds.read beds.write paths.walk", await PoliciesAsync());
    }

    [Fact]
    public async Task A_failing_file_is_named_with_its_line_and_the_schema_keeps_its_policies()
    {
        await SetUpAsync();
        _sql.With("policies/garden/beds.sql", "create policy other on garden.beds for select using (true);\n\ncreate policy bad on garden.beds for select using (nonsense);")
            .With("policies/garden/paths.sql", "create policy walk on garden.paths for select using (true);");
        var error = await Assert.ThrowsAsync<SetupException>(SetUpAsync);
        Assert.Contains("policies/garden/beds.sql:3: column \"nonsense\" does not exist (SQLSTATE 42703)", error.Message, StringComparison.Ordinal);
        Assert.Equal("beds.read beds.write", await PoliciesAsync());
    }

    [Fact]
    public async Task A_table_without_a_file_is_named()
    {
        _sql.Delete("policies/garden/paths.sql");
        var error = await Assert.ThrowsAsync<SetupException>(SetUpAsync);
        Assert.Contains("Tables without a policy file: garden.paths.", error.Message, StringComparison.Ordinal);
        Assert.Null(await PoliciesAsync());
    }

    [Fact]
    public async Task A_file_without_a_table_is_named()
    {
        _sql.With("policies/garden/ponds.sql", "select 1");
        var error = await Assert.ThrowsAsync<SetupException>(SetUpAsync);
        Assert.Contains("policies/garden/ponds.sql", error.Message, StringComparison.Ordinal);
        Assert.Null(await PoliciesAsync());
    }

    [Theory]
    [InlineData("create table garden.open (id int)", "garden.open")]
    [InlineData("create table garden.open (id int); alter table garden.open enable row level security", "garden.open")]
    public async Task A_table_whose_security_is_not_enabled_and_forced_is_named(string table, string name)
    {
        _sql.With("migrations/garden/0002_y.sql", table).With("policies/garden/open.sql", "-- nobody");
        var error = await Assert.ThrowsAsync<SetupException>(SetUpAsync);
        Assert.Contains($"Row-level security is not enabled and forced on: {name}.", error.Message, StringComparison.Ordinal);
        Assert.Null(await PoliciesAsync());
    }

    [Fact]
    public async Task A_partition_needs_no_file_but_is_closed_too()
    {
        _sql.With("migrations/garden/0002_y.sql",
                """
                create table garden.years (year int) partition by list (year);
                alter table garden.years enable row level security, force row level security;
                create table garden.years_2026 partition of garden.years for values in (2026);
                """)
            .With("policies/garden/years.sql", "-- nobody");
        var error = await Assert.ThrowsAsync<SetupException>(SetUpAsync);
        Assert.Contains("garden.years_2026", error.Message, StringComparison.Ordinal);

        _sql.With("migrations/garden/0003_z.sql", "alter table garden.years_2026 enable row level security, force row level security");
        await SetUpAsync();
        Assert.Equal("beds.read beds.write", await PoliciesAsync());
    }

    [Fact]
    public async Task An_application_that_is_not_installed_has_no_policies()
    {
        _sql.With("migrations/orchard/0001_x.sql", "create schema orchard").With("policies/orchard/trees.sql", "create policy p on orchard.trees using (true)");
        await SetUpAsync();
        Assert.Equal("beds.read beds.write", await PoliciesAsync());
    }
}
