using Hedgerow.Cli;
using Hedgerow.Cli.Seed;
using Hedgerow.Tests.Integration.ICreateTechs;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary><c>hedgerow db seed --size small</c> on a migrated database.</summary>
public sealed class SeedTests(SeededDatabase seeded) : IClassFixture<SeededDatabase>
{
    private readonly TestDatabase _database = seeded.Database;
    private readonly World _world = seeded.World;

    [Fact]
    public async Task Every_table_of_the_API_has_rows()
    {
        var empty = new List<string>();
        foreach (var table in await TablesAsync())
            if (await _database.ScalarAsync<long>($"select count(*) from {table}") == 0)
                empty.Add(table);
        Assert.Empty(empty);
    }

    [Fact]
    public async Task Reported_rows_are_the_rows_that_are_there()
    {
        foreach (var (table, rows, _) in seeded.Report)
            Assert.Equal((table, rows), (table, (int)await _database.ScalarAsync<long>($"select count(*) from {table}")));
    }

    [Fact]
    public async Task All_rules_hold()
    {
        await using var connection = await _database.OpenAdminAsync();
        Assert.Null(await Invariants.FirstBroken(connection, (_, _) => { }, CancellationToken.None));
    }

    [Theory]
    [InlineData("update public.file_versions set version_number = 99 where file_id = (select file_id from public.file_versions limit 1) and version_number = 1")]
    [InlineData("update public.messages set created_at = created_at + interval '1 hour'")]
    [InlineData("update public.invoices set amount_due = amount_due + 1 where status = 'paid'")]
    [InlineData("update public.environment_variables set value_encrypted = 'postgres://in-clear'")]
    [InlineData("update public.usage_records set amount = amount + 1 where metadata ? 'ai_job_id'")]
    [InlineData("update hedgerow.storage_use set gb = gb * 2")]
    public async Task A_broken_rule_is_found(string breach)
    {
        await using var connection = await _database.OpenAdminAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var breaking = new NpgsqlCommand($"set local session_replication_role = replica; {breach}", connection);
        Assert.True(await breaking.ExecuteNonQueryAsync() > 0);
        Assert.NotNull(await Invariants.FirstBroken(connection, (_, _) => { }, CancellationToken.None));
    }

    [Fact]
    public async Task Triggers_are_on_again() =>
        Assert.Equal(0, await _database.ScalarAsync<long>(
            "select count(*) from pg_trigger where not tgisinternal and tgenabled = 'D'"));

    [Fact]
    public async Task Everyone_signs_in_with_the_one_password() =>
        Assert.Equal(_world.Plan.Users, (int)await _database.ScalarAsync<long>(
            "select count(*) from auth.users as u join auth.identities as i on i.user_id = u.id and i.provider_id = u.id::text "
            + "where extensions.crypt($1, u.encrypted_password) = u.encrypted_password and u.email_confirmed_at is not null", Seeder.Password));

    [Fact]
    public async Task What_is_stored_encrypted_reads_as_what_was_meant()
    {
        await using var service = await _database.OpenAsync("service_role");
        await service.ExecuteAsync("select set_config('hedgerow.decryption_key', $1, true)", TestKey.Private);
        Assert.StartsWith("postgres://app:", await service.ScalarAsync<string>(
            "select hedgerow.decrypt(value_encrypted) from public.environment_variables where key = 'DATABASE_URL' order by id limit 1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owner_sees_the_workspace_and_all_of_its_projects()
    {
        await using var owner = await _database.OpenAsUserAsync(SeedId.At(Seeded.User, _world.OwnerOfFirst));
        Assert.Equal("owner", await owner.ScalarAsync<string>(
            "select role from public.workspace_members where workspace_id = $1 and user_id = $2", SeedId.Of(Seeded.Workspace, 1), SeedId.Of(Seeded.User, 1)));
        Assert.Equal(_world.Projects.CountOf(0), (int)await owner.ScalarAsync<long>(
            "select count(*) from public.projects where workspace_id = $1", SeedId.Of(Seeded.Workspace, 1)));
    }

    [Fact]
    public async Task The_viewer_reads_what_the_owner_reads_and_writes_nothing()
    {
        await using var viewer = await _database.OpenAsUserAsync(SeedId.At(Seeded.User, _world.ViewerOfFirst));
        Assert.Equal(_world.Projects.CountOf(0), (int)await viewer.ScalarAsync<long>(
            "select count(*) from public.projects where workspace_id = $1", SeedId.Of(Seeded.Workspace, 1)));
        Assert.Equal("42501", await viewer.RefusalAsync(
            "insert into public.projects (workspace_id, name, slug) values ($1, 'Mine', 'mine')", SeedId.Of(Seeded.Workspace, 1)));
    }

    [Fact]
    public async Task The_stranger_sees_public_projects_and_nobody()
    {
        await using var stranger = await _database.OpenAsUserAsync(SeedId.At(Seeded.User, _world.Stranger));
        Assert.Equal(0, await stranger.ScalarAsync<long>("select count(*) from public.workspace_members"));
        Assert.Equal(["public"], await stranger.ListAsync<string>("select distinct visibility from public.projects"));
    }

    [Fact]
    public async Task A_second_seed_is_refused_and_changes_nothing()
    {
        var before = await FingerprintAsync(_database);
        var refusal = await Assert.ThrowsAsync<CommandFailure>(() => SeededDatabase.SeedAsync(_database));
        Assert.Contains("data already", refusal.Cause, StringComparison.Ordinal);
        Assert.Equal(before, await FingerprintAsync(_database));
    }

    [Fact]
    public async Task A_database_in_which_people_have_accounts_is_refused()
    {
        await using var database = await SeededDatabase.CreateEmptyAsync();
        await database.ExecuteAsync("insert into auth.users (id, email) values (gen_random_uuid(), 'ada@example.com')");
        var refusal = await Assert.ThrowsAsync<CommandFailure>(() => SeededDatabase.SeedAsync(database));
        Assert.Contains("data already", refusal.Cause, StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from public.workspaces"));
    }

    [Fact]
    public async Task Two_databases_get_the_same_world()
    {
        await using var other = await SeededDatabase.CreateEmptyAsync();
        await SeededDatabase.SeedAsync(other);
        Assert.Equal(await FingerprintAsync(_database), await FingerprintAsync(other));
    }

    [Fact]
    public async Task A_seed_that_fails_leaves_nothing()
    {
        await using var database = await SeededDatabase.CreateEmptyAsync();
        await database.ExecuteAsync("alter table public.environment_variable_changes add constraint refuse_all check (false)");
        await Assert.ThrowsAsync<PostgresException>(() => SeededDatabase.SeedAsync(database));
        Assert.Equal(0, await database.ScalarAsync<long>("select (select count(*) from auth.users) + (select count(*) from public.messages)"));
    }

    [Fact]
    public async Task A_database_without_the_tables_is_refused()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var refusal = await Assert.ThrowsAsync<CommandFailure>(() => SeededDatabase.SeedAsync(database));
        Assert.Contains("migrate", refusal.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db.production.example", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("localhost", true)]
    [InlineData("/run/postgresql", true)]
    public void Only_this_machine_counts_as_development(string host, bool allowed)
    {
        var refusal = Record.Exception(() => Preconditions.DemandDevelopment(new NpgsqlConnectionStringBuilder { Host = host, Database = "app" }));
        Assert.Equal(allowed, refusal is null);
        if (refusal is CommandFailure said)
            Assert.Contains("--force", said.Mend, StringComparison.Ordinal);
    }

    private async Task<List<string>> TablesAsync()
    {
        await using var service = await _database.OpenAsync("service_role");
        return await service.ListAsync<string>(
            "select c.oid::regclass::text from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition");
    }

    /// <summary>All that the generator decides, in one text: everything but what is encrypted or hashed with a salt.</summary>
    private static async Task<string?> FingerprintAsync(TestDatabase database) => await database.ScalarAsync<string>(
        """
        select concat_ws(' ',
          (select md5(string_agg(t::text, '|' order by id)) from public.workspaces as t), (select md5(string_agg(t::text, '|' order by id)) from public.workspace_members as t),
          (select md5(string_agg(t::text, '|' order by id)) from public.projects as t), (select md5(string_agg(t::text, '|' order by id)) from public.messages as t),
          (select md5(string_agg(t::text, '|' order by id)) from public.file_versions as t), (select md5(string_agg(t::text, '|' order by id)) from public.invoices as t),
          (select md5(string_agg(t::text, '|' order by id)) from public.analytics_events as t), (select md5(string_agg(t::text, '|' order by id)) from public.users as t))
        """);
}
