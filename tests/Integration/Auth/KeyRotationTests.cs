using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Gateway;
using Hedgerow.Tests.Integration.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Two gateways on one database, neither of which is ever restarted.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private const string PrivateKey = "what encrypts in these tests";
    private static readonly (string, string)[] s_settings = [("Encryption:PrivateKey", PrivateKey), ("Jwt:KeysReloadSeconds", "1")];
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private TestDatabase _database = null!;
    private TestPlatform _one = null!;
    private TestPlatform _other = null!;
    private NpgsqlDataSource _admin = null!;

    private KeyStore Store => new(_admin, new SecretBox(HMACSHA256.HashData(Encoding.UTF8.GetBytes(PrivateKey), "hedgerow:auth:signing-keys"u8)));

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _one = await TestPlatform.StartOnAsync(_database, s_settings);
        _other = await TestPlatform.StartOnAsync(_database, s_settings);
        _admin = NpgsqlDataSource.Create(_database.AdminConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _admin.DisposeAsync();
        await _database.DisposeAsync();
    }

    private Task<StoredKey> RotateAsync(JwtAlgorithm algorithm) => Store.RotateAsync(algorithm, TimeSpan.Zero, s_hour, CancellationToken.None);

    private static JsonElement Header(TestUser user) => JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(user.AccessToken.Split('.')[0]));

    /// <summary>Someone whose token this key signed, once the gateway has learnt of it.</summary>
    private static async Task<TestUser> SignUpWithAsync(TestPlatform platform, string? kid)
    {
        while (true)
        {
            // Anonymous: no password is hashed while one waits.
            var user = TestUser.From((await platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { })).Json, platform);
            var header = Header(user);
            if ((header.TryGetProperty("kid", out var found) ? found.GetString() : null) == kid) return user;
            await Task.Yield();
        }
    }

    private static async Task<int> StatusAsync(TestPlatform platform, string token)
    {
        using var client = platform.Client(token);
        var auth = (await client.SendAsync("GET", "/auth/v1/user")).Status;
        var rest = (await client.SendAsync("GET", "/rest/v1/projects?limit=1")).Status;
        return auth == 200 && rest == 200 ? 200 : rest;
    }

    [Theory]
    [InlineData(JwtAlgorithm.ES256, 1)]
    [InlineData(JwtAlgorithm.RS256, 1)]
    [InlineData(JwtAlgorithm.HS256, 0)]
    public async Task A_new_key_signs_everywhere_and_the_old_tokens_and_keys_go_on_working(JwtAlgorithm algorithm, int published)
    {
        var before = await _one.SignUpAsync();

        var key = await RotateAsync(algorithm);
        var after = await SignUpWithAsync(_one, key.Id.ToString());
        await SignUpWithAsync(_other, key.Id.ToString());

        Assert.Equal(algorithm.ToString(), Header(after).GetProperty("alg").GetString());
        foreach (var platform in new[] { _one, _other })
        {
            Assert.Equal(200, await StatusAsync(platform, after.AccessToken));
            Assert.Equal(200, await StatusAsync(platform, before.AccessToken));
            Assert.Equal(200, (await platform.Service.SendAsync("GET", "/auth/v1/admin/users")).Status);
            Assert.Equal(200, (await platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = before.RefreshToken })).Status);
        }
        var keys = (await _other.Anonymous.SendAsync("GET", "/auth/v1/.well-known/jwks.json")).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(published, keys.Count);
        Assert.All(keys, one => Assert.Equal(key.Id.ToString(), one.GetProperty("kid").GetString()));
        Assert.All(keys, one => Assert.False(one.TryGetProperty("d", out _)));
    }

    [Fact]
    public async Task A_replaced_key_verifies_until_its_last_token_has_expired_and_no_longer()
    {
        var first = await RotateAsync(JwtAlgorithm.ES256);
        var before = await SignUpWithAsync(_one, first.Id.ToString());
        var second = await RotateAsync(JwtAlgorithm.ES256);
        await SignUpWithAsync(_one, second.Id.ToString());
        Assert.Equal(200, await StatusAsync(_one, before.AccessToken));
        Assert.Equal(2, (await _one.Anonymous.SendAsync("GET", "/.well-known/jwks.json")).Json.GetProperty("keys").GetArrayLength());
        var retired = (await Store.ReadAsync(CancellationToken.None)).Single(key => key.Id == first.Id);
        Assert.InRange((retired.VerifiesUntil! - second.CreatedAt).Value, s_hour - TimeSpan.FromSeconds(1), s_hour + TimeSpan.FromSeconds(1));

        await _database.ExecuteAsync("update hedgerow.jwt_keys set verifies_until = now() where id = $1", first.Id);

        foreach (var platform in new[] { _one, _other })
            while (await StatusAsync(platform, before.AccessToken) != 401) await Task.Yield();
        Assert.Equal(1, (await _one.Anonymous.SendAsync("GET", "/.well-known/jwks.json")).Json.GetProperty("keys").GetArrayLength());
        Assert.Equal(200, (await _one.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = before.RefreshToken })).Status);
    }

    [Fact]
    public async Task A_key_whose_time_has_not_come_verifies_and_does_not_sign()
    {
        var key = await Store.RotateAsync(JwtAlgorithm.ES256, s_hour, s_hour, CancellationToken.None);
        while ((await _one.Anonymous.SendAsync("GET", "/.well-known/jwks.json")).Json.GetProperty("keys").GetArrayLength() == 0) await Task.Yield();

        Assert.False(Header(await _one.SignUpAsync()).TryGetProperty("kid", out _));
        var made = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = TestPlatform.JwtSecret }).With([], Store.Open(key)))
            .Sign("""{"role":"anon"}"""u8);
        Assert.Equal(200, (await _one.Client(made).SendAsync("GET", "/rest/v1/projects?limit=1")).Status);
    }

    [Fact]
    public async Task Of_parallel_rotations_one_key_goes_on_signing()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RotateAsync(JwtAlgorithm.ES256)));

        Assert.Single(await Store.ReadAsync(CancellationToken.None), key => key.VerifiesUntil is null);
    }

    [Fact]
    public async Task A_gateway_that_starts_later_knows_the_keys_before_its_first_request()
    {
        var key = await RotateAsync(JwtAlgorithm.ES256);
        await using var late = await TestPlatform.StartOnAsync(_database, s_settings);

        Assert.Equal(key.Id.ToString(), Header(await late.SignUpAsync()).GetProperty("kid").GetString());
    }

    [Fact]
    public async Task A_gateway_that_serves_the_database_as_it_is_takes_the_rotated_keys()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Urls"] = "http://127.0.0.1:0",
            ["Db:Url"] = _database.AdminConnectionString,
            ["Db:ServeAsLogin"] = "true",
            ["Rest:Schemas"] = "public",
            ["Rest:BasePath"] = "/rest/v1",
            ["Jwt:Secret"] = TestPlatform.JwtSecret,
            ["Jwt:KeysReloadSeconds"] = "1",
            ["Encryption:PrivateKey"] = PrivateKey,
        }).Build();
        await using var plain = GatewayHost.Build(settings, log => log.ClearProviders());
        await plain.StartAsync();
        var key = await RotateAsync(JwtAlgorithm.ES256);
        var user = await SignUpWithAsync(_one, key.Id.ToString());
        using var client = new HttpClient { BaseAddress = new Uri(plain.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", user.AccessToken);

        while ((await client.SendAsync("GET", "/rest/v1/projects?limit=1")).Status != 200) await Task.Yield();

        await plain.StopAsync();
    }

    [Fact]
    public async Task The_private_half_cannot_be_read_from_the_table_nor_moved_to_another_key()
    {
        var key = await RotateAsync(JwtAlgorithm.HS256);

        Assert.StartsWith("aes-gcm:", key.SealedJwk);
        Assert.ThrowsAny<CryptographicException>(() => Store.Open(key with { Id = Guid.NewGuid() }));
        foreach (var role in new[] { "anon", "authenticated", "service_role", "hedgerow_definer" })
            Assert.False(await _database.ScalarAsync<bool>("select has_table_privilege($1, 'hedgerow.jwt_keys', 'select')", role));
        Assert.False(await _database.ScalarAsync<bool>("select has_table_privilege('hedgerow_auth', 'hedgerow.jwt_keys', 'insert, update, delete')"));
    }
}
