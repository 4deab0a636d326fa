using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary><c>grant_type=id_token</c>, and the id_tokens of callbacks: what proves someone, and what does not.</summary>
public sealed class IdTokenTests(ExternalPlatform external) : IClassFixture<ExternalPlatform>
{
    [Fact]
    public async Task A_token_of_the_provider_signs_in()
    {
        var person = Person.New();
        var answer = await GrantAsync(external.Google.Token(person));

        Assert.True(answer.Status == 200, answer.Json.ToString());
        Assert.Equal(person.Email, answer.Json.GetProperty("user").GetProperty("email").GetString());
        Assert.Equal("google", answer.Json.GetProperty("user").GetProperty("identities")[0].GetProperty("provider").GetString());
    }

    [Fact]
    public async Task The_hash_of_the_nonce_stands_in_the_token()
    {
        var nonce = "only the application knows";
        var token = external.Google.Token(Person.New(), claims => claims["nonce"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nonce))));

        Assert.Equal("Nonces mismatch", (await GrantAsync(token, new { nonce = "another" }))["msg"]);
        Assert.StartsWith("Passed nonce and nonce in id_token should either both exist", (await GrantAsync(token))["msg"]);
        Assert.StartsWith("Passed nonce and nonce in id_token should either both exist", (await GrantAsync(external.Google.Token(Person.New()), new { nonce }))["msg"]);
        Assert.Equal(200, (await GrantAsync(token, new { nonce })).Status);
    }

    [Fact]
    public async Task An_access_token_must_be_the_one_that_came_with_it()
    {
        var token = external.Google.Token(Person.New(), claims => claims["at_hash"] = IssuerStandIn.HalfHash("mine"));

        Assert.Equal((400, "validation_failed"), Of(await GrantAsync(token, new { access_token = "another's" })));
        Assert.Equal(200, (await GrantAsync(token, new { access_token = "mine" })).Status);
    }

    public static TheoryData<string, string, string> Flaws => new()
    {
        { "iss", "\"https://evil.test\"", "another issuer" },
        { "iss", "null", "another issuer" },
        { "aud", "\"another client\"", "another client" },
        { "aud", "[]", "another client" },
        { "aud", "[\"the client\", \"another\"]", "another client" },
        { "azp", "\"another client\"", "another client" },
        { "exp", "1700000000", "expired" },
        { "exp", "\"never\"", "expired" },
        { "exp", "null", "expired" },
        { "iat", "4000000000", "future" },
        { "iat", "null", "future" },
        { "nbf", "4000000000", "not valid yet" },
        { "sub", "null", "no subject" },
        { "sub", "\"\"", "no subject" },
        { "email", "null", "no email" },
        { "email", "\"no address\"", "no email" },
    };

    [Theory]
    [MemberData(nameof(Flaws))]
    public async Task A_claim_that_does_not_fit_proves_nothing(string claim, string value, string reason)
    {
        var answer = await GrantAsync(external.Google.Token(Person.New(), claims => claims[claim] = JsonNode.Parse(value)));

        Assert.Equal((400, "validation_failed"), Of(answer));
        Assert.Contains(reason, answer["msg"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_nobody_signed_or_somebody_else_signed_proves_nothing()
    {
        var (issuer, person) = (external.Google, Person.New());
        var payload = issuer.Token(person).Split('.')[1];
        using var stranger = RSA.Create(2048);
        var hmac = $"{IssuerStandIn.Encode($$"""{"alg":"HS256","kid":"{{issuer.KeyId}}"}""")}.{payload}";

        foreach (var forged in new[]
        {
            $"{IssuerStandIn.Encode("""{"alg":"none"}""")}.{payload}.",
            issuer.Token(person, key: stranger),
            issuer.Token(person, header: """{"alg":"RS256","kid":"of nobody"}"""),
            issuer.Token(person, header: $$"""{"alg":"RS256","kid":"{{issuer.KeyId}}","crit":["exp"]}"""),
            $"{hmac}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(issuer.PublicKey, Encoding.ASCII.GetBytes(hmac)))}",
            "not.a.token", "x", new string('x', 100_000),
        })
            Assert.Equal((400, "validation_failed"), Of(await GrantAsync(forged)));
        Assert.Equal(0, await external.Platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", person.Email));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"provider":"google"}""")]
    [InlineData("""{"id_token":"a.b.c"}""")]
    [InlineData("""{"id_token":"a.b.c","provider":"github"}""")]
    [InlineData("""{"id_token":"a.b.c","provider":"apple"}""")]
    [InlineData("""{"id_token":"a.b.c","client_id":"x","issuer":"https://evil.test"}""")]
    [InlineData("""{"id_token":"a.b.c","provider":"google","issuer":"https://evil.test"}""")]
    [InlineData("""{"id_token":"a.b.c","provider":"google","link_identity":true}""")]
    public async Task A_request_that_lacks_something_is_refused(string body)
    {
        var answer = await external.Browser.SendAsync("POST", "/auth/v1/token?grant_type=id_token", body);
        Assert.Equal((400, "validation_failed"), Of(answer));
    }

    [Fact]
    public async Task A_callback_takes_a_token_with_its_own_nonce_and_hash_only()
    {
        await using var platform = new MeddlingPlatform();
        await platform.InitializeAsync();
        foreach (var (claim, value) in new[] { ("nonce", "of another sign-in"), ("nonce", null), ("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), ("aud", "another client"), ("iss", "https://evil.test") })
        {
            platform.Google.Meddle = claims => claims[claim] = value;
            var back = await platform.ComeBackAsync(platform.Google.Approve(await platform.LeaveAsync("google"), Person.New()));
            Assert.True(ExternalPlatform.Query(back).GetValueOrDefault("error_code") == "validation_failed", $"{claim}: {back}");
        }
        Assert.Equal(0, await platform.Platform.Database.ScalarAsync<long>("select count(*) from auth.users"));
    }

    [Fact]
    public async Task A_profile_may_stand_in_userinfo_alone()
    {
        await using var platform = new MeddlingPlatform();
        await platform.InitializeAsync();
        platform.Google.TellsProfileInUserinfo = true;
        var person = Person.New();

        await platform.SignInAsync("google", platform.Google, person);

        Assert.Equal(1, await platform.Platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", person.Email));
    }

    [Fact]
    public async Task A_provider_may_change_its_keys()
    {
        await using var platform = new MeddlingPlatform();
        await platform.InitializeAsync();
        platform.Google.RotateKey();
        var body = new { provider = "google", id_token = platform.Google.Token(Person.New()) };
        Assert.Equal(200, (await platform.Browser.SendAsync("POST", "/auth/v1/token?grant_type=id_token", body)).Status);
    }

    private Task<Answer> GrantAsync(string token, object? more = null)
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(more ?? new { }))!.AsObject();
        (body["provider"], body["id_token"]) = ("google", token);
        return external.Browser.SendAsync("POST", "/auth/v1/token?grant_type=id_token", body.ToJsonString());
    }

    private static (int, string?) Of(Answer answer) => (answer.Status, answer.ErrorCode);

    private sealed class MeddlingPlatform : ExternalPlatform, IAsyncDisposable
    {
        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
