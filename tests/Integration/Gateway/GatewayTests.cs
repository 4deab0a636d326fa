using System.Net;
using System.Text;
using Hedgerow.Gateway;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Tests.Integration.Support;
using Microsoft.Extensions.Configuration;

namespace Hedgerow.Tests.Integration.Gateway;

public sealed class GatewayTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task It_is_alive_and_ready()
    {
        Assert.Equal("live", (await _platform.Anonymous.SendAsync("GET", "/health/live"))["status"]);
        Assert.Equal("ready", (await _platform.Anonymous.SendAsync("GET", "/health/ready"))["status"]);
    }

    [Fact]
    public async Task A_path_that_leads_nowhere_is_a_404_with_a_hint()
    {
        var answer = await _platform.Anonymous.SendAsync("GET", "/nowhere");

        Assert.Equal((404, "not_found"), (answer.Status, answer["code"]));
    }

    [Fact]
    public async Task A_preflight_is_allowed_what_it_asks_for()
    {
        var answer = await _platform.Anonymous.SendAsync("OPTIONS", "/rest/v1/projects", null,
            ("Origin", "http://app.test"), ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "apikey,prefer,two words"));

        Assert.Equal(200, answer.Status);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Authorization, apikey, prefer, Accept, Accept-Language, Content-Language", answer.Header("Access-Control-Allow-Headers"));
        Assert.Contains("PATCH", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal("86400", answer.Header("Access-Control-Max-Age"));
    }

    [Fact]
    public async Task A_preflight_that_asks_for_no_header_is_told_of_none()
    {
        var answer = await _platform.Anonymous.SendAsync("OPTIONS", "/rest/v1/projects", null, ("Origin", "http://app.test"), ("Access-Control-Request-Method", "GET"));

        Assert.Equal((200, null), (answer.Status, answer.Header("Access-Control-Allow-Headers")));
    }

    [Fact]
    public async Task Errors_can_be_read_across_origins()
    {
        var answer = await _platform.Anonymous.SendAsync("GET", "/auth/v1/user", null, ("Origin", "http://app.test"));

        Assert.Equal(403, answer.Status);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Only_named_origins_are_let_in_where_some_are_named()
    {
        await using var platform = await TestPlatform.StartAsync(("Gateway:CorsAllowedOrigins", "http://app.test, http://other.test"));

        var named = await platform.Anonymous.SendAsync("GET", "/auth/v1/health", null, ("Origin", "http://app.test"));
        var foreign = await platform.Anonymous.SendAsync("GET", "/auth/v1/health", null, ("Origin", "http://evil.test"));

        Assert.Equal("http://app.test", named.Header("Access-Control-Allow-Origin"));
        Assert.Null(foreign.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Origin", foreign.Header("Vary"));
    }

    [Theory]
    [InlineData(10 * 1024 * 1024 + 1, false)]
    [InlineData(10 * 1024 * 1024 + 1, true)]
    public async Task A_huge_body_is_refused_with_a_body_that_says_so(int bytes, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/v1/signup");
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;
        request.Content = new ByteArrayContent(new byte[bytes]);
        // A client that does not wait for leave sends a body that nobody reads, and may meet a closed connection before the answer.
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = _platform.Url };
        patient.DefaultRequestHeaders.Add("apikey", _platform.AnonKey);
        using var response = await patient.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("too l", (await response.Content.ReadAsStringAsync()).Replace("longer than", "too l", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_url_and_huge_headers_are_refused_with_a_body()
    {
        var url = await _platform.Anonymous.SendAsync("GET", "/rest/v1/x?y=" + new string('y', 40_000));
        var headers = await _platform.Anonymous.SendAsync("GET", "/rest/v1/x", null, ("X-Long", new string('y', 60_000)));

        Assert.Equal((414, "uri_too_long"), (url.Status, url["code"]));
        Assert.Equal((431, "headers_too_large"), (headers.Status, headers["code"]));
    }

    [Fact]
    public async Task A_database_that_is_gone_makes_it_unready_but_not_dead()
    {
        var platform = await TestPlatform.StartAsync();
        await using (platform)
        {
            await platform.Database.DisposeAsync();

            Assert.Equal(503, (await platform.Anonymous.SendAsync("GET", "/health/ready")).Status);
            Assert.Equal(200, (await platform.Anonymous.SendAsync("GET", "/health/live")).Status);
            var failure = await platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email = "a@b.test", password = "correct horse" });
            Assert.Equal(500, failure.Status);
            Assert.DoesNotContain("test_", failure.Json.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Rest:MaxRow", "1", "Setting Rest:MaxRow (environment: HEDGEROW_Rest__MaxRow): unknown")]
    [InlineData("Rest:MaxRows", "many", "Setting Rest:MaxRows (environment: HEDGEROW_Rest__MaxRows): malformed")]
    [InlineData("Rest:TxEnd", "maybe", "Setting Rest:TxEnd (environment: HEDGEROW_Rest__TxEnd): must be one of")]
    [InlineData("Rest:AppSettings", "[]", "Setting Rest:AppSettings (environment: HEDGEROW_Rest__AppSettings): must be a JSON object")]
    [InlineData("Rest:OpenApiServerProxyUri", "example.com", "Setting Rest:OpenApiServerProxyUri (environment: HEDGEROW_Rest__OpenApiServerProxyUri): must be an http or https URL")]
    [InlineData("Rest:OpenApiServerProxyUri", "ftp://example.com/", "Setting Rest:OpenApiServerProxyUri")]
    [InlineData("Rest:OpenApiServerProxyUri", "https://user@example.com/", "Setting Rest:OpenApiServerProxyUri")]
    [InlineData("Rest:OpenApiServerProxyUri", "https://example.com/?a=b", "Setting Rest:OpenApiServerProxyUri")]
    [InlineData("Rest:OpenApiServerProxyUri", "https://example.com:0/", "Setting Rest:OpenApiServerProxyUri")]
    [InlineData("Jwt:Audience", "http://no uri", "Setting Jwt:Audience (environment: HEDGEROW_Jwt__Audience): holds a colon, so it must be a URI")]
    [InlineData("Jwt:Secret", "too short", "Setting Jwt:Secret (environment: HEDGEROW_Jwt__Secret): the secret has 9 bytes")]
    [InlineData("Jwt:Keys", "[]", "Setting Jwt:Keys (environment: HEDGEROW_Jwt__Keys): exactly one key must have \"sign\"")]
    [InlineData("Jwt:RoleClaimKey", "role", "Setting Jwt:RoleClaimKey (environment: HEDGEROW_Jwt__RoleClaimKey): ")]
    [InlineData("Db:LoginSecret", "short", "Setting Db:LoginSecret (environment: HEDGEROW_Db__LoginSecret): must have at least 32")]
    [InlineData("Db:Url", "mysql://x", "Setting Db:Url (environment: HEDGEROW_Db__Url): ")]
    [InlineData("Gateway:Urls", "8000", "Setting Gateway:Urls (environment: HEDGEROW_Gateway__Urls): must be http://host:port")]
    [InlineData("Gateway:RequestLog", "7", "Setting Gateway:RequestLog (environment: HEDGEROW_Gateway__RequestLog): malformed")]
    public void A_setting_that_makes_no_sense_stops_the_start_by_name(string name, string value, string message)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Db:Url"] = "postgresql://nobody@127.0.0.1/nothing",
            ["Db:LoginSecret"] = new string('s', 32),
            ["Jwt:Secret"] = TestPlatform.JwtSecret,
            [name] = value,
        };

        var refusal = Assert.Throws<SettingException>(() => GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }
}
