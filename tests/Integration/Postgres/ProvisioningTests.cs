using Hedgerow.Postgres;
using Hedgerow.Postgres.Encryption;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Postgres;

public sealed class ProvisioningTests : IAsyncLifetime, IDisposable
{
    private static readonly OpenPgpKeyPair s_keys = OpenPgpKeyPair.Generate(DateTimeOffset.UtcNow);

    private readonly string _login = $"room_{Guid.NewGuid():N}";
    private readonly SqlFolder _sql = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        _sql.With("migrations/platform/0001_x.sql",
            """
            create extension pgcrypto;
            reset role;
            create table hedgerow.encryption_keys (id int primary key generated always as identity, public_key bytea not null, created_at timestamptz default now());
            """);
        await _database.ExecuteAsync($"create role {_login} login");
    }

    public async Task DisposeAsync()
    {
        await _database.ExecuteAsync($"drop role {_login}");
        await _database.DisposeAsync();
    }

    public void Dispose() => _sql.Dispose();

    private async Task<List<SetupStep>> SetUpAsync(string? secret, OpenPgpKeyPair? keys)
    {
        var steps = new List<SetupStep>();
        await DatabaseSetup.RunAsync(
            _database.AdminConnectionString,
            new SetupOptions(_sql.Path, []) { Roles = [new(_login, Login: true)], LoginSecret = secret, EncryptionKeys = keys },
            steps.Add);
        return steps;
    }

    private async Task LogInAsync(string secret)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.AdminConnectionString)
        {
            Username = _login, Password = LoginPasswords.Derive(secret, _login), Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync();
    }

    [Fact]
    public async Task A_login_gets_the_password_that_every_gateway_derives()
    {
        await SetUpAsync("one secret", null);
        await LogInAsync("one secret");

        await SetUpAsync("another secret", null);
        await LogInAsync("another secret");
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => LogInAsync("one secret"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task A_password_that_is_right_is_left_alone()
    {
        Assert.Single((await SetUpAsync("one secret", null)).OfType<SetupStep.Passwords>());
        var verifier = await _database.ScalarAsync<string>("select rolpassword from pg_authid where rolname = $1", _login);
        Assert.Empty((await SetUpAsync("one secret", null)).OfType<SetupStep.Passwords>());
        Assert.Equal(verifier, await _database.ScalarAsync<string>("select rolpassword from pg_authid where rolname = $1", _login));
    }

    [Fact]
    public async Task A_login_that_does_not_exist_is_named()
    {
        var error = await Assert.ThrowsAsync<SetupException>(() => DatabaseSetup.RunAsync(
            _database.AdminConnectionString, new SetupOptions(_sql.Path, []) { Roles = [new("nobody_here", Login: true)], LoginSecret = "s" }));
        Assert.Contains("\"nobody_here\" does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_public_key_encrypts_the_private_key_reads()
    {
        Assert.Single((await SetUpAsync(null, s_keys)).OfType<SetupStep.EncryptionKey>());
        const string clear = "naïve ☂ token";
        var stored = await _database.ScalarAsync<byte[]>("select pgp_pub_encrypt($1, public_key) from hedgerow.encryption_keys", clear);
        var kept = Convert.FromBase64String(OpenPgpKeyPair.Parse(s_keys.SecretKeyBase64).SecretKeyBase64);
        Assert.Equal(clear, await _database.ScalarAsync<string>("select pgp_pub_decrypt($1, $2)", stored!, kept));

        var stranger = OpenPgpKeyPair.Generate(DateTimeOffset.UtcNow).SecretKey.ToArray();
        await Assert.ThrowsAsync<PostgresException>(() => _database.ScalarAsync<string>("select pgp_pub_decrypt($1, $2)", stored!, stranger));
    }

    [Fact]
    public async Task A_key_is_stored_once_and_the_newest_counts()
    {
        await SetUpAsync(null, s_keys);
        Assert.Empty((await SetUpAsync(null, s_keys)).OfType<SetupStep.EncryptionKey>());
        var next = OpenPgpKeyPair.Generate(DateTimeOffset.UtcNow);
        await SetUpAsync(null, next);
        Assert.Equal(2, await _database.ScalarAsync<long>("select count(*) from hedgerow.encryption_keys"));
        Assert.Equal(next.PublicKey.ToArray(), await _database.ScalarAsync<byte[]>("select public_key from hedgerow.encryption_keys order by id desc limit 1"));
    }
}
