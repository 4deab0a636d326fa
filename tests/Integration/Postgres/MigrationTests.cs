using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Postgres;

public sealed class MigrationTests : IAsyncLifetime, IDisposable
{
    private readonly SqlFolder _sql = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync();
    public async Task DisposeAsync() => await _database.DisposeAsync();
    public void Dispose() => _sql.Dispose();

    [Fact]
    public async Task Platform_comes_first_and_then_the_applications_in_the_order_given()
    {
        _sql.With("migrations/b_app/0001_x.sql", "insert into seen (name) values ('b1')")
            .With("migrations/a_app/0001_x.sql", "insert into seen (name) values ('a1')")
            .With("migrations/a_app/0002_x.sql", "insert into seen (name) values ('a2')")
            .With("migrations/other/0001_x.sql", "insert into seen (name) values ('never')")
            .With("migrations/platform/0001_x.sql", "create table seen (id serial, name text)");

        await _sql.SetUpAsync(_database, "b_app", "a_app");

        Assert.Equal("b1,a1,a2", await _database.ScalarAsync<string>("select string_agg(name, ',' order by id) from seen"));
        Assert.Equal(
            "platform/0000_roles.sql,platform/0001_x.sql,b_app/0001_x.sql,a_app/0001_x.sql,a_app/0002_x.sql",
            await _database.ScalarAsync<string>("select string_agg(scriptname, ',' order by schemaversionsid) from hedgerow.schemaversions"));
    }

    [Fact]
    public async Task A_script_runs_once()
    {
        _sql.With("migrations/platform/0001_x.sql", "create table once ()");
        await _sql.SetUpAsync(_database);
        await _sql.SetUpAsync(_database);
        Assert.Equal(2, await _database.ScalarAsync<long>("select count(*) from hedgerow.schemaversions"));
    }

    [Fact]
    public async Task Two_starts_at_once_apply_each_script_once()
    {
        _sql.With("migrations/platform/0001_x.sql", "create table counted (n int); insert into counted values (1); select pg_sleep(0.3)")
            .With("migrations/platform/0002_x.sql", "insert into counted values (2)");
        var waited = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _sql.SetUpAsync(
            _database.AdminConnectionString, step => { if (step is SetupStep.Waiting) Interlocked.Increment(ref waited); })));

        Assert.Equal(2, await _database.ScalarAsync<long>("select count(*) from counted"));
        Assert.Equal(3, await _database.ScalarAsync<long>("select count(*) from hedgerow.schemaversions"));
        Assert.Equal(3, waited);
    }

    [Fact]
    public async Task A_failing_script_is_named_with_its_line_and_leaves_nothing()
    {
        _sql.With("migrations/platform/0001_good.sql", "create table good ()")
            .With("migrations/platform/0002_bad.sql", "create table half ();\n\n-- é 😀\ncreate view v as\n  select 'é 😀',\n    nonsense\n  from good;\n")
            .With("migrations/platform/0003_never.sql", "create table never ()");

        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));

        Assert.Equal("migrations/platform/0002_bad.sql", error.Failure!.File);
        Assert.Equal(6, error.Failure.Line);
        Assert.Equal("42703", error.Failure.SqlState);
        Assert.Contains("migrations/platform/0002_bad.sql:6: column \"nonsense\" does not exist (SQLSTATE 42703)", error.Message, StringComparison.Ordinal);
        Assert.Equal("good", await _database.ScalarAsync<string>("select string_agg(relname, ',') from pg_class where relname in ('good', 'half', 'never')"));
        Assert.Equal(2, await _database.ScalarAsync<long>("select count(*) from hedgerow.schemaversions"));
    }

    [Fact]
    public async Task An_error_without_a_position_is_found_at_the_statement_that_raised_it()
    {
        _sql.With("migrations/platform/0001_x.sql", "create table t (id int primary key);\ninsert into t values (1);\n\ninsert into t values (1);\n");
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
        Assert.Equal(4, error.Failure!.Line);
        Assert.Equal("23505", error.Failure.SqlState);
        Assert.Contains("detail: Key (id)=(1) already exists.", error.Message, StringComparison.Ordinal);
    }
}
