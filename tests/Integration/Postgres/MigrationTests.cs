using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Postgres;

public sealed class MigrationTests : IAsyncLifetime, IDisposable
{
    private const string UntilThreeWait = """
        do $$ begin
          while (select count(*) < 3 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())) loop
            perform pg_sleep(0.02);
          end loop;
        end $$
        """;

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
        _sql.With("migrations/platform/0001_x.sql", "create table counted (n int); insert into counted values (1);\n" + UntilThreeWait)
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

    [Fact]
    public async Task An_applied_script_that_was_edited_is_named()
    {
        _sql.With("migrations/platform/0001_x.sql", "create table a ();\n").With("migrations/platform/0002_y.sql", "create table b ()");
        await _sql.SetUpAsync(_database);

        _sql.With("migrations/platform/0001_x.sql", "create table a ();\r\n");
        await _sql.SetUpAsync(_database); // another line end is no edit

        _sql.With("migrations/platform/0001_x.sql", "create table a (id int);\n").With("migrations/platform/0003_z.sql", "create table c ()");
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
        Assert.Contains("migrations/platform/0001_x.sql was edited", error.Message, StringComparison.Ordinal);
        Assert.Null(await _database.ScalarAsync<string>("select to_regclass('c')::text"));
    }

    [Fact]
    public async Task An_applied_script_whose_file_vanished_is_named()
    {
        _sql.With("migrations/platform/0001_x.sql", "create table a ()");
        await _sql.SetUpAsync(_database);
        _sql.Delete("migrations/platform/0001_x.sql");
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
        Assert.Contains("migrations/platform/0001_x.sql was applied to this database, and the file is gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_DbUp_wrote_is_adopted()
    {
        // As dbup-postgresql makes it: PostgresqlTableJournal.CreateSchemaTableSql.
        await _database.ExecuteAsync(
            """
            create schema hedgerow;
            create table hedgerow.schemaversions (
              schemaversionsid serial not null, scriptname character varying(255) not null, applied timestamp without time zone not null,
              constraint "PK_schemaversions_Id" primary key (schemaversionsid));
            insert into hedgerow.schemaversions (scriptname, applied) values ('platform/0001_x.sql', now());
            """);
        _sql.With("migrations/platform/0001_x.sql", "create table never ()").With("migrations/platform/0002_y.sql", "create table now_due ()");

        await _sql.SetUpAsync(_database);

        Assert.Null(await _database.ScalarAsync<string>("select to_regclass('never')::text"));
        Assert.Equal("now_due", await _database.ScalarAsync<string>("select to_regclass('now_due')::text"));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from hedgerow.schemaversions where checksum is null"));
        _sql.With("migrations/platform/0001_x.sql", "create table edited ()");
        await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
    }

    [Fact]
    public async Task A_script_runs_as_the_owner_and_on_a_fixed_search_path_whatever_the_one_before_left()
    {
        _sql.With("migrations/platform/0001_x.sql", "set search_path = pg_catalog; set role postgres; set lock_timeout = 0;")
            .With("migrations/platform/0002_y.sql", "create table asked as select current_user::text as who, current_setting('search_path') as path, current_setting('lock_timeout') as patience");
        await _sql.SetUpAsync(_database);
        Assert.Equal("hedgerow_admin|public, extensions|10s", await _database.ScalarAsync<string>("select concat_ws('|', who, path, patience) from asked"));
    }

    [Fact]
    public async Task A_deferred_constraint_that_fails_at_the_commit_is_named_with_its_file()
    {
        _sql.With("migrations/platform/0001_x.sql",
            "create table a (id int primary key, b int references a deferrable initially deferred);\ninsert into a values (1, 2);");
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
        Assert.Contains("migrations/platform/0001_x.sql", error.Message, StringComparison.Ordinal);
        Assert.Contains("23503", error.Message, StringComparison.Ordinal);
        Assert.Null(await _database.ScalarAsync<string>("select to_regclass('a')::text"));
    }

    [Theory]
    [InlineData("select 1;\ncommit;\ncreate table half ()", "migrations/platform/0001_x.sql:2: \"commit\" would end the transaction")]
    [InlineData("create table half ();\n\\i other.sql", "migrations/platform/0001_x.sql:2: \"\\i\" is a command of psql")]
    [InlineData("create table half ();\ncopy half from stdin;", "migrations/platform/0001_x.sql:2: \"copy … from stdin\"")]
    [InlineData("create table half ();\nselect 'open", "migrations/platform/0001_x.sql: line 2: the string that opens here")]
    [InlineData("create table half (id int);\ncreate index concurrently on half (id)", "migrations/platform/0001_x.sql:2: CREATE INDEX CONCURRENTLY cannot run inside a transaction block (SQLSTATE 25001)")]
    [InlineData("create table half ();\nselect 1 / 0", "migrations/platform/0001_x.sql:2: division by zero (SQLSTATE 22012)")]
    [InlineData("create table half ();\ndo $$ begin raise 'no' using hint = 'do so'; end $$", "no (SQLSTATE P0001)\n  hint: do so")]
    public async Task A_script_that_cannot_be_run_says_where_and_leaves_nothing(string text, string message)
    {
        _sql.With("migrations/platform/0001_x.sql", text);
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Null(await _database.ScalarAsync<string>("select to_regclass('half')::text"));
    }

    [Theory]
    [InlineData("migrations/platform/1_x.sql", "is not named NNNN_what_it_does.sql")]
    [InlineData("migrations/platform/0001-x.sql", "is not named NNNN_what_it_does.sql")]
    [InlineData("migrations/platform/0000_again.sql", "have the same number")]
    public async Task A_file_name_that_gives_no_order_is_named(string file, string message)
    {
        _sql.With(file, "select 1");
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Null(await _database.ScalarAsync<string>("select to_regclass('hedgerow.schemaversions')::text"));
    }

    [Fact]
    public async Task An_application_that_does_not_exist_is_named_with_those_that_do()
    {
        _sql.With("migrations/garden/0001_x.sql", "select 1");
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync(_database, "gardn"));
        Assert.Contains("no application \"gardn\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("garden", error.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listeners_hear_that_the_schema_changed()
    {
        await using var listener = await _database.OpenAdminAsync();
        var heard = new TaskCompletionSource<string>();
        listener.Notification += (_, notification) => heard.TrySetResult(notification.Payload);
        await using (var listen = new Npgsql.NpgsqlCommand("listen pgrst", listener)) await listen.ExecuteNonQueryAsync();

        await _sql.SetUpAsync(_database);

        await listener.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("reload schema", await heard.Task);
    }

    [Theory]
    [InlineData("Password=wrong", "refuses the login \"postgres\"")]
    [InlineData("Database=nowhere", "There is no database \"nowhere\"")]
    [InlineData("Port=1", "No PostgreSQL answers at 127.0.0.1:1")]
    public async Task A_server_that_cannot_be_used_is_named_without_the_password(string fault, string message)
    {
        var error = await Assert.ThrowsAsync<SetupException>(() => _sql.SetUpAsync($"{_database.AdminConnectionString};{fault}", null));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error.Message, StringComparison.Ordinal);
    }
}
