using System.Collections.Concurrent;
using Hedgerow.Gateway;
using Hedgerow.Tests.Integration.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>What the log says of requests (PostgREST, Observability, Logs).</summary>
public sealed class RequestLogTests
{
    private const string Schema = """
        create schema api; grant usage on schema api to {anon};
        create table api.clients (id int primary key, name text); create table api.projects (id int primary key, client_id int references api.clients);
        grant select on all tables in schema api to {anon};
        """;

    [Fact]
    public async Task A_filter_that_names_a_resource_despite_its_alias_is_told()
    {
        var lines = await LinesAsync("/projects?select=id,c:clients(id)&clients.id=eq.1");

        Assert.Contains(lines, line => line.Level == LogLevel.Warning && line.Text.Contains("`clients` to `c`", StringComparison.Ordinal));
        Assert.DoesNotContain(await LinesAsync("/projects?select=id,c:clients(id)&c.id=eq.1"), line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task The_SQL_of_what_is_logged_is_told_where_that_is_asked_for_and_no_values_with_it()
    {
        var failed = await LinesAsync("/clients?name=eq.secret&nothing=is.null", ("Rest:LogQuery", "true"), ("Gateway:RequestLog", "Failures"));
        var sql = Assert.Single(failed, line => line.Text.Contains("WITH pgrst_source", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, sql.Level);
        Assert.DoesNotContain("secret", sql.Text, StringComparison.Ordinal);

        Assert.DoesNotContain(await LinesAsync("/clients?nothing=is.null", ("Gateway:RequestLog", "Failures")), line => line.Text.Contains("pgrst_source", StringComparison.Ordinal));
        Assert.DoesNotContain(await LinesAsync("/clients", ("Rest:LogQuery", "true"), ("Gateway:RequestLog", "Failures")), line => line.Text.Contains("pgrst_source", StringComparison.Ordinal));
    }

    /// <summary>What is logged of one request.</summary>
    private static async Task<IReadOnlyList<Line>> LinesAsync(string target, params (string Name, string Value)[] settings)
    {
        await using var platform = await PlainPlatform.StartAsync(Schema, ("Rest:Schemas", "api"));
        Dictionary<string, string?> all = new()
        {
            ["Gateway:Urls"] = "http://127.0.0.1:0",
            ["Db:Url"] = $"postgresql://{platform.Roles.Login}:plain@127.0.0.1:{(await TestServer.GetAsync()).Port}/{platform.Database.Name}",
            ["Db:ServeAsLogin"] = "true",
            ["Rest:Schemas"] = "api",
            ["Rest:AnonRole"] = platform.Roles.Anon,
            ["Rest:BasePath"] = "/",
        };
        foreach (var (name, value) in settings) all[name] = value;
        using var kept = new KeptLines();
        await using var gateway = GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), log => log.ClearProviders().AddProvider(kept));
        await gateway.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Urls.First()) };
        Assert.Equal(200, (await http.SendAsync("GET", "/health/ready")).Status);
        await http.SendAsync("GET", target);
        // The log is written after the answer: whoever stops waits for that.
        await gateway.StopAsync();
        return [.. kept.Lines];
    }

    private sealed record Line(LogLevel Level, string Text);

    private sealed class KeptLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<Line> Lines { get; } = new();

        /// <summary>The framework's own lines are no concern of a request: a busy machine's heart beats late, which it warns of.</summary>
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? NullLogger.Instance : this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(new(logLevel, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
