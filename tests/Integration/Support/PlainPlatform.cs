using System.Net.Http.Headers;
using System.Text;
using Hedgerow.Auth.Tokens;
using Hedgerow.Gateway;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// The gateway over a database that is served as it is (<c>--no-migrate</c>): a least-privileged login of its own and two roles that it may
/// become, REST at the root. Stopped, and all of it dropped, on dispose.
/// </summary>
public sealed class PlainPlatform : IAsyncDisposable
{
    private readonly WebApplication _gateway;

    private PlainPlatform(TestDatabase database, Names names, WebApplication gateway)
    {
        (Database, Roles, _gateway) = (database, names, gateway);
        Url = new Uri(gateway.Urls.First());
        Http = new HttpClient { BaseAddress = Url };
    }

    /// <param name="Login">What the gateway connects as.</param>
    /// <param name="Anon">What a request without a token runs as.</param>
    /// <param name="User">What a token may name.</param>
    public sealed record Names(string Login, string Anon, string User)
    {
        public IEnumerable<string> All => [Login, Anon, User];
    }

    public TestDatabase Database { get; }
    public Names Roles { get; }
    public Uri Url { get; }

    /// <summary>Calls without a token.</summary>
    public HttpClient Http { get; }

    /// <summary>Calls as <see cref="Names.User"/>.</summary>
    public HttpClient User => Client($$"""{"role":"{{Roles.User}}"}""");

    /// <param name="sql">Runs as superuser before the start; <c>{login}</c>, <c>{anon}</c> and <c>{user}</c> stand for the roles.</param>
    /// <param name="settings">Beside the defaults of PostgREST.</param>
    public static async Task<PlainPlatform> StartAsync(string sql, params (string Name, string Value)[] settings) =>
        await StartAsync(sql, port => port, isReady: true, settings);

    /// <param name="reachedAt">The port to connect to in place of the server's: a relay's.</param>
    /// <param name="isReady">Whether it must be ready when this returns.</param>
    /// <inheritdoc cref="StartAsync(string, ValueTuple{string, string}[])"/>
    public static async Task<PlainPlatform> StartAsync(string sql, Func<int, int> reachedAt, bool isReady, params (string Name, string Value)[] settings)
    {
        var database = await TestDatabase.CreateEmptyAsync();
        var names = new Names($"{database.Name}_login", $"{database.Name}_anon", $"{database.Name}_user");
        var port = (await TestServer.GetAsync()).Port;
        await database.ExecuteAsync($"""
            {string.Join('\n', names.All.Select(role => $"drop role if exists {role};"))}
            create role {names.Login} login noinherit password 'plain';
            create role {names.Anon};
            create role {names.User};
            grant {names.Anon}, {names.User} to {names.Login};
            """);
        await database.ExecuteAsync(Filled(sql, names));
        Dictionary<string, string?> all = new()
        {
            ["Gateway:Urls"] = "http://127.0.0.1:0",
            ["Db:Url"] = $"postgresql://{names.Login}:plain@127.0.0.1:{reachedAt(port)}/{database.Name}",
            ["Db:ServeAsLogin"] = "true",
            ["Rest:AnonRole"] = names.Anon,
            ["Rest:BasePath"] = "/",
            ["Jwt:Secret"] = TestPlatform.JwtSecret,
        };
        foreach (var (name, value) in settings) all[name] = value;
        var gateway = GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), log => log.ClearProviders());
        await gateway.StartAsync();
        var platform = new PlainPlatform(database, names, gateway);
        if (!isReady) return platform;
        using var ready = await platform.Http.GetAsync("/health/ready");
        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync());
        return platform;
    }

    /// <summary>Runs SQL as superuser, the roles' names filled in.</summary>
    public Task ExecuteAsync(string sql) => Database.ExecuteAsync(Filled(sql, Roles));

    /// <summary>Calls with a token of these claims.</summary>
    public HttpClient Client(string claims, string secret = TestPlatform.JwtSecret)
    {
        var signer = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = secret }));
        var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signer.Sign(Encoding.UTF8.GetBytes(claims)));
        return client;
    }

    /// <summary>Asks until the answer is as wanted; a reload is something that nobody waits for.</summary>
    public async Task<Answer> UntilAsync(Func<HttpClient, Task<Answer>> ask, Func<Answer, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            var answer = await ask(Http);
            if (wanted(answer)) return answer;
            Assert.False(patience.IsCancellationRequested, $"still {answer.Status} {answer.Json}");
        }
    }

    private static string Filled(string sql, Names names) => sql
        .Replace("{login}", names.Login, StringComparison.Ordinal)
        .Replace("{anon}", names.Anon, StringComparison.Ordinal)
        .Replace("{user}", names.User, StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        await Database.DisposeAsync();
        var server = await TestServer.GetAsync();
        foreach (var role in Roles.All) await server.ExecuteAsync($"drop role {Sql.Identifier(role)}");
    }
}
