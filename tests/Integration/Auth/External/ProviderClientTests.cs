using Hedgerow.Auth.External;
using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.External.Profiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>What a provider may do to this server: nothing.</summary>
public sealed class ProviderClientTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _stopped = new();
    private WebApplication _provider = null!;
    private ProviderClients _clients = null!;
    private ProviderClients _impatient = null!;
    private int _reachedInside;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _provider = builder.Build();
        _provider.Run(AnswerAsync);
        await _provider.StartAsync();
        _clients = Clients(seconds: 60);
        _impatient = Clients(seconds: 1);
    }

    public async Task DisposeAsync()
    {
        _stopped.SetResult();
        _clients.Dispose();
        _impatient.Dispose();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_is_read()
    {
        Assert.True((await Client(isGuarded: true).GetAsync($"{_provider.Urls.First()}/good", "token", CancellationToken.None)).Ok(out var answer, out _));
        Assert.Equal("Bearer token", answer.Json.Text("authorization"));
    }

    [Theory]
    [InlineData("/redirect")]
    [InlineData("/huge")]
    [InlineData("/html")]
    [InlineData("/never")]
    [InlineData("/error")]
    [InlineData("/twice")]
    [InlineData("/half")]
    public async Task What_is_no_good_answer_is_none(string path)
    {
        foreach (var isGuarded in new[] { true, false })
        {
            var answer = await Client(isGuarded, path == "/never" ? _impatient : _clients).GetAsync(_provider.Urls.First() + path, bearer: null, CancellationToken.None);
            Assert.Equal((502, "unexpected_failure"), (answer.Error?.Status, answer.Error?.Code));
        }
        Assert.Equal(0, _reachedInside);
    }

    [Fact]
    public async Task Nobody_listening_is_no_answer()
    {
        var answer = await Client(isGuarded: true).GetAsync("http://127.0.0.1:1/", bearer: null, CancellationToken.None);
        Assert.Equal(502, answer.Error?.Status);
    }

    private static ProviderClients Clients(int seconds) => new(new ExternalOptions { Timeout = seconds }, allowLoopback: true, NullLogger<ProviderClient>.Instance);

    private ProviderClient Client(bool isGuarded, ProviderClients? clients = null) => (clients ?? _clients).For(new OAuth2Setup
    {
        Name = "custom:test", Audiences = ["c"], Secret = "s", RedirectUri = "https://here.test", IsGuarded = isGuarded,
        Endpoints = new("https://a.test", "https://a.test", ClientAuthentication.Basic), ReadProfile = (_, _, _) => throw new InvalidOperationException(),
    });

    private async Task AnswerAsync(HttpContext http)
    {
        switch (http.Request.Path.Value)
        {
            case "/redirect":
                http.Response.Redirect("/inside");
                break;
            case "/half":
                await http.Response.WriteAsync("""{"name": "\ud800"}""");
                break;
            case "/inside":
                Interlocked.Increment(ref _reachedInside);
                break;
            case "/huge":
                await http.Response.WriteAsync($"\"{new string('x', ProviderClient.MaxAnswerBytes)}\"");
                break;
            case "/html":
                await http.Response.WriteAsync("<html>");
                break;
            case "/never":
                await Task.WhenAny(_stopped.Task, Task.Delay(Timeout.Infinite, http.RequestAborted));
                break;
            case "/error":
                http.Response.StatusCode = 500;
                await http.Response.WriteAsync("{}");
                break;
            case "/twice":
                await http.Response.WriteAsync("""{"sub":"me","sub":"you"}""");
                break;
            default:
                await http.Response.WriteAsJsonAsync(new { authorization = http.Request.Headers.Authorization.ToString() });
                break;
        }
    }
}
