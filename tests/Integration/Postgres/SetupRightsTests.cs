using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Postgres;

public sealed class SetupRightsTests : IAsyncLifetime, IDisposable
{
    // Roles that no cluster has: they would have to be made.
    private static readonly PlatformRole[] s_roles = [new("absent_owner"), new("absent_definer", BypassRls: true), new("absent_reader", Replication: true)];

    private readonly string _login = $"login_{Guid.NewGuid():N}";
    private readonly SqlFolder _sql = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        await _database.ExecuteAsync($"create role {_login} login password 'tests'");
        _sql.With("migrations/platform/0000_roles.sql", "create schema made");
    }

    public async Task DisposeAsync()
    {
        await _database.ExecuteAsync($"reassign owned by {_login} to postgres; drop owned by {_login}; drop role {_login}");
        await _database.DisposeAsync();
    }

    public void Dispose() => _sql.Dispose();

    private Task SetUpAsync(params PlatformRole[] roles) => DatabaseSetup.RunAsync(
        new NpgsqlConnectionStringBuilder(_database.AdminConnectionString) { Username = _login, Password = "tests", Pooling = false }.ConnectionString,
        new SetupOptions(_sql.Path, []) { Roles = roles });

    private async Task<bool> HandsAttributesOnAsync() => await _database.ScalarAsync<int>("select current_setting('server_version_num')::int") >= 160000;

    [Fact]
    public async Task Every_missing_right_is_named_at_once_and_nothing_is_done()
    {
        var error = await Assert.ThrowsAsync<SetupException>(() => SetUpAsync(s_roles));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains(
            await HandsAttributesOnAsync() ? $"it lacks CREATEROLE, BYPASSRLS, REPLICATION, CREATE on database {_database.Name}." : "it lacks SUPERUSER (PostgreSQL 15",
            error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from pg_namespace where nspname in ('hedgerow', 'made')"));
    }

    [Fact]
    public async Task What_the_message_says_to_do_is_enough()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await SetUpAsync(s_roles);
                break;
            }
            catch (SetupException error) when (attempt == 0)
            {
                var statements = error.Mend["As a superuser: ".Length..^" Nothing was changed.".Length];
                await _database.ExecuteAsync(statements);
            }
        }
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from pg_namespace where nspname = 'made'"));
    }

    [Fact]
    public async Task Only_what_is_missing_is_asked_for()
    {
        await _database.ExecuteAsync($"grant create on database {_database.Name} to {_login}; alter role {_login} createrole");
        await SetUpAsync(new PlatformRole("absent_owner"));
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from pg_namespace where nspname = 'made'"));
    }

    [Fact]
    public async Task A_database_that_is_up_to_date_asks_for_no_right()
    {
        await _database.ExecuteAsync($"grant create on database {_database.Name} to {_login}");
        await SetUpAsync();
        await _database.ExecuteAsync($"revoke create on database {_database.Name} from {_login}");
        await SetUpAsync(s_roles);
    }

    [Fact]
    public async Task The_platform_itself_wants_the_database()
    {
        var error = await Assert.ThrowsAsync<SetupException>(() => SetUpAsync(new PlatformRole("hedgerow_admin")));
        Assert.Contains($"ownership of database {_database.Name}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"alter database \"{_database.Name}\" owner to \"{_login}\";", error.Mend, StringComparison.Ordinal);
    }
}
