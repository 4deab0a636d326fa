using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hedgerow.Auth.Tokens;
using Hedgerow.Gateway;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// The gateway in this process, on a free port, over a database of its own: what a client would meet. Stopped, and its database dropped, on dispose.
/// </summary>
public sealed class TestPlatform : IAsyncDisposable
{
    public const string JwtSecret = "a secret that only the tests know";

    /// <summary>The logins belong to the whole server: whoever sets their passwords in a test must set these.</summary>
    public const string LoginSecret = "a login secret that only the tests know";

    // Roles belong to the cluster: their passwords are set once for all databases of the run.
    private static readonly Lazy<Task> Passwords = new(SetPasswordsAsync);

    private static readonly JwtSigner s_signer = new(JwtKeySet.From(new JwtOptions { Secret = JwtSecret }));

    // One for all: replicas must agree on it.
    private static readonly string s_anonKey = ApiKeys.Mint(s_signer, "anon", DateTimeOffset.UtcNow);

    private readonly WebApplication _gateway;
    private readonly bool _ownsDatabase;

    private TestPlatform(TestDatabase database, bool ownsDatabase, TestObjectStore objects, WebApplication gateway)
    {
        (Database, _ownsDatabase, Objects, _gateway) = (database, ownsDatabase, objects, gateway);
        Url = new Uri(gateway.Urls.First());
        Anonymous = Client(AnonKey);
        Service = Client(ServiceKey);
    }

    public TestDatabase Database { get; }

    /// <summary>Where the platform keeps stored bytes.</summary>
    public TestObjectStore Objects { get; }

    public Uri Url { get; }
    public string AnonKey { get; } = s_anonKey;
    public string ServiceKey { get; } = ApiKeys.Mint(s_signer, "service_role", DateTimeOffset.UtcNow);

    /// <summary>Calls with the anon key.</summary>
    public HttpClient Anonymous { get; }

    /// <summary>Calls with the service key.</summary>
    public HttpClient Service { get; }

    /// <param name="settings">Settings beside the tests' own, such as <c>("Auth:AutoConfirm", "false")</c>.</param>
    public static async Task<TestPlatform> StartAsync(params (string Name, string Value)[] settings) =>
        await StartAsync(await TestDatabase.CreateAsync(), ownsDatabase: true, settings);

    /// <summary>The same over a database that outlives the platform.</summary>
    public static Task<TestPlatform> StartOnAsync(TestDatabase database, params (string Name, string Value)[] settings) =>
        StartAsync(database, ownsDatabase: false, settings);

    private static async Task<TestPlatform> StartAsync(TestDatabase database, bool ownsDatabase, (string Name, string Value)[] settings)
    {
        await Passwords.Value;
        var objects = TestObjectStore.Create();
        Dictionary<string, string?> all = new()
        {
            ["Gateway:Urls"] = "http://127.0.0.1:0",
            ["Gateway:PublicUrl"] = "http://platform.test",
            ["Db:Url"] = database.AdminConnectionString,
            ["Db:LoginSecret"] = LoginSecret,
            ["Jwt:Secret"] = JwtSecret,
            // Every reader decodes the whole server's log, whichever database it follows: only those who test it have one.
            ["Realtime:Enabled"] = "false",
            ["Storage:Url"] = objects.Url,
            ["Storage:AnonKey"] = s_anonKey,
        };
        foreach (var (name, value) in settings) all[name] = value;
        var gateway = GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), log => log.ClearProviders());
        await gateway.StartAsync();
        var platform = new TestPlatform(database, ownsDatabase, objects, gateway);
        using var ready = await platform.Anonymous.GetAsync("/health/ready");
        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync());
        return platform;
    }

    /// <summary>A client that sends <paramref name="token"/> as bearer, and the anon key beside it; without a token, neither.</summary>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient { BaseAddress = Url };
        if (token is null) return client;
        client.DefaultRequestHeaders.Add("apikey", AnonKey);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary><paramref name="token"/> with a signature of nothing but zero bits. (Three letters put at its end may be the three that were there.)</summary>
    public static string Forged(string token) => token[..(token.LastIndexOf('.') + 1)] + new string('A', 43);

    /// <summary>A new person, signed in.</summary>
    public async Task<TestUser> SignUpAsync(string? email = null, string password = "correct horse")
    {
        email ??= $"{Guid.NewGuid():N}@example.test";
        using var response = await Anonymous.PostAsJsonAsync("/auth/v1/signup", new { email, password });
        response.EnsureSuccessStatusCode();
        return TestUser.From(await response.Content.ReadFromJsonAsync<JsonElement>(), this);
    }

    /// <summary>A part of the platform, for tests that look behind its API.</summary>
    public T Room<T>() where T : notnull => _gateway.Services.GetRequiredService<T>();

    /// <summary>Stops as on SIGTERM: no new requests, those in flight are finished.</summary>
    public Task StopAsync() => _gateway.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        if (_ownsDatabase) await Database.DisposeAsync();
        Objects.Dispose();
    }

    private static async Task SetPasswordsAsync()
    {
        var server = await TestServer.GetAsync();
        foreach (var login in new[] { "authenticator", "hedgerow_auth", "hedgerow_realtime", "hedgerow_storage" })
            await server.ExecuteAsync($"alter role {login} login password {Sql.Literal(LoginPasswords.Derive(LoginSecret, login))}");
    }
}

/// <summary>A signed-in person.</summary>
/// <param name="Http">Calls as this person.</param>
public sealed record TestUser(Guid Id, string Email, string AccessToken, string RefreshToken, HttpClient Http)
{
    /// <summary>From the answer of a sign-up or sign-in.</summary>
    public static TestUser From(JsonElement answer, TestPlatform platform)
    {
        var token = answer.GetProperty("access_token").GetString()!;
        var user = answer.GetProperty("user");
        return new TestUser(
            user.GetProperty("id").GetGuid(), user.GetProperty("email").GetString()!, token, answer.GetProperty("refresh_token").GetString()!, platform.Client(token));
    }
}
