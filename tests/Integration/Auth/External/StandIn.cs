using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>What a provider asks of the one page and the one endpoint that all of them have (RFC 6749).</summary>
/// <param name="Page">The path of the authorization page.</param>
/// <param name="Token">The path of the token endpoint.</param>
/// <param name="SecretInHeader">Clients authenticate in the header rather than in the body.</param>
public sealed record StandInContract(string Page, string Token, bool SecretInHeader);

/// <summary>
/// A provider on a free port: people sign in at once, and what a client sends must be what the provider documents. What it does not like stands in <see cref="Complaints"/>.
/// </summary>
/// <typeparam name="TPerson">What it knows of someone.</typeparam>
public abstract class StandIn<TPerson>(StandInContract contract) : IAsyncDisposable where TPerson : class
{
    public const string ClientId = "the client";
    public const string Secret = "s&cret: with / and +";

    private readonly ConcurrentDictionary<string, Approval> _codes = new();
    private readonly ConcurrentDictionary<string, TPerson> _tokens = new();
    private WebApplication? _app;

    /// <summary>Where it is, without a trailing slash.</summary>
    public string Url { get; private set; } = "";

    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>What stands in the platform's configuration for it.</summary>
    public (string, string)[] Settings(string name) =>
    [
        ($"Auth:External:{name}:Enabled", "true"), ($"Auth:External:{name}:ClientId", ClientId), ($"Auth:External:{name}:Secret", Secret), ($"Auth:External:{name}:Url", Url),
    ];

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        Url = _app.Urls.First();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    /// <summary>Someone follows the address of the authorization page and agrees; where they are sent then.</summary>
    public Uri Approve(Uri page, TPerson person)
    {
        var asked = HttpUtility.ParseQueryString(page.Query);
        Assert.Equal(Url + contract.Page, page.GetLeftPart(UriPartial.Path));
        Assert.Equal(("code", ClientId), (asked["response_type"], asked["client_id"]));
        Assert.False(string.IsNullOrEmpty(asked["state"]));
        if (asked["code_challenge"] is not null) Assert.Equal("S256", asked["code_challenge_method"]);
        var code = RandomNumberGenerator.GetHexString(20);
        _codes[code] = new Approval(person, asked["redirect_uri"]!, asked["code_challenge"], asked["nonce"]);
        return new Uri($"{asked["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(asked["state"]!)}{CallbackExtras}");
    }

    /// <summary>Further parameters of the way back.</summary>
    protected virtual string CallbackExtras => "";

    /// <summary>What the token endpoint tells beside the access token: members of a JSON object, each with a comma before it.</summary>
    protected virtual string TokenExtras(TPerson person, string accessToken, string? nonce) => "";

    /// <summary>What stands under a path of the API, for the bearer of a token; null where there is nothing.</summary>
    protected abstract string? Resource(string path, TPerson person);

    /// <summary>What anybody may read.</summary>
    protected virtual string? Published(string path) => null;

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var (status, json) = path == contract.Token ? await RedeemAsync(http.Request) : Published(path) is { } published ? (200, published) : Ask(http.Request, path);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json);
    }

    private async Task<(int, string)> RedeemAsync(HttpRequest request)
    {
        if (request.Method != "POST" || !request.HasFormContentType) return Complain(400, "invalid_request", "the token endpoint takes a posted form");
        if (!request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal)) return Complain(400, "invalid_request", "JSON was not asked for");
        var form = await request.ReadFormAsync();
        if (form["grant_type"] != "authorization_code") return Complain(400, "unsupported_grant_type", "grant_type");
        if (!IsClient(request, form)) return Complain(401, "invalid_client", "the client is not recognised");
        if (!_codes.TryRemove(form["code"].ToString(), out var approval)) return Refuse(400, "invalid_grant");
        if (form["redirect_uri"] != approval.RedirectUri) return Complain(400, "invalid_grant", "redirect_uri differs");
        if (approval.Challenge is not null && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != approval.Challenge)
            return Complain(400, "invalid_grant", "code_verifier does not fit");
        var token = $"token-{RandomNumberGenerator.GetHexString(20)}";
        _tokens[token] = approval.Person;
        return (200, $$"""{"access_token":"{{token}}","token_type":"bearer"{{TokenExtras(approval.Person, token, approval.Nonce)}}}""");
    }

    private static bool IsClient(HttpRequest request, IFormCollection form, bool secretInHeader)
    {
        if (!secretInHeader) return form["client_id"] == ClientId && form["client_secret"] == Secret;
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(ClientId)}:{WebUtility.UrlEncode(Secret)}"));
        return request.Headers.Authorization == $"Basic {expected}" && !form.ContainsKey("client_secret");
    }

    private bool IsClient(HttpRequest request, IFormCollection form) => IsClient(request, form, contract.SecretInHeader);

    private (int, string) Ask(HttpRequest request, string path)
    {
        if (request.Headers.UserAgent.Count == 0) return Complain(403, "forbidden", "requests must have a User-Agent");
        var bearer = request.Headers.Authorization.ToString();
        if (!bearer.StartsWith("Bearer ", StringComparison.Ordinal) || !_tokens.TryGetValue(bearer["Bearer ".Length..], out var person))
            return Complain(401, "unauthorized", $"{path} wants a token");
        return Resource(path, person) is { } resource ? (200, resource) : Complain(404, "not_found", $"there is no {path}");
    }

    private (int, string) Complain(int status, string error, string complaint)
    {
        Complaints.Enqueue(complaint);
        return Refuse(status, error);
    }

    private static (int, string) Refuse(int status, string error) => (status, $$"""{"error":"{{error}}"}""");

    private sealed record Approval(TPerson Person, string RedirectUri, string? Challenge, string? Nonce);
}
