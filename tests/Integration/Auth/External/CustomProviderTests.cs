using System.Text.Json;
using System.Text.Json.Nodes;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary><c>/admin/custom-providers</c>, and signing in with what was added.</summary>
public sealed class CustomProviderTests(ExternalPlatform external) : IClassFixture<ExternalPlatform>
{
    private const string Path = "/auth/v1/admin/custom-providers";

    private HttpClient Service => external.Platform.Service;

    [Fact]
    public async Task An_issuer_is_added_and_people_sign_in_with_it()
    {
        var name = NewName();
        var added = await Service.SendAsync("POST", Path, Oidc(name, new { custom_claims_allowlist = new[] { "groups" }, attribute_mapping = new { nickname = "name" } }));
        Assert.True(added.Status == 201, added.Json.ToString());
        Assert.Equal(($"custom:{name}", "oidc", external.Google.Url), (added["identifier"], added["provider_type"], added["issuer"]));
        Assert.Equal(["openid", "email"], added.Json.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.False(added.Json.TryGetProperty("client_secret", out _));
        Assert.StartsWith("aes-gcm:", await external.Platform.Database.ScalarAsync<string>("select client_secret from auth.custom_oauth_providers where identifier = $1", $"custom:{name}"));

        var person = Person.New();
        var page = await external.LeaveAsync($"custom:{name}", "&scopes=profile");
        var asked = ExternalPlatform.Query(page);
        Assert.Equal(("openid profile", "S256"), (asked["scope"], asked["code_challenge_method"]));
        var session = ExternalPlatform.Fragment(await external.ComeBackAsync(external.Google.Approve(page, person)));

        var user = (await external.Platform.Client(session["access_token"]).SendAsync("GET", "/auth/v1/user")).Json;
        var identity = user.GetProperty("identities")[0];
        Assert.Equal($"custom:{name}", identity.GetProperty("provider").GetString());
        Assert.Equal("engineers", identity.GetProperty("identity_data").GetProperty("custom_claims").GetProperty("groups")[0].GetString());
        Assert.Equal("Ada Lovelace", user.GetProperty("user_metadata").GetProperty("nickname").GetString());
        Assert.Empty(external.Google.Complaints);

        var byToken = await external.Browser.SendAsync("POST", "/auth/v1/token?grant_type=id_token", new { provider = $"custom:{name}", id_token = external.Google.Token(person) });
        Assert.True(byToken.Status == 200, byToken.Json.ToString());
        Assert.Equal(user.GetProperty("id").GetGuid(), byToken.Json.GetProperty("user").GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task An_OAuth_server_without_OpenID_Connect_is_added_and_people_sign_in_with_it()
    {
        var (name, at) = (NewName(), external.Google);
        var added = await Service.SendAsync("POST", Path, new
        {
            provider_type = "oauth2", identifier = $"custom:{name}", name = "Plain", client_id = IssuerStandIn.ClientId, client_secret = IssuerStandIn.Secret,
            authorization_url = $"{at.Url}/authorize", token_url = $"{at.Url}/token", userinfo_url = $"{at.Url}/userinfo", scopes = new[] { "email" }, pkce_enabled = false,
            authorization_params = new { prompt = "consent" },
        });
        Assert.True(added.Status == 201, added.Json.ToString());

        var person = Person.New();
        var page = await external.LeaveAsync($"custom:{name}");
        Assert.Equal(("email", "consent"), (ExternalPlatform.Query(page)["scope"], ExternalPlatform.Query(page)["prompt"]));
        Assert.DoesNotContain("code_challenge", ExternalPlatform.Query(page).Keys);
        Assert.Contains("access_token", ExternalPlatform.Fragment(await external.ComeBackAsync(at.Approve(page, person))));
    }

    [Fact]
    public async Task A_provider_is_listed_changed_and_removed()
    {
        var name = $"custom:{NewName()}";
        await Service.SendAsync("POST", Path, Oidc(name));

        Assert.Contains(name, (await Service.SendAsync("GET", $"{Path}?type=oidc")).Json.GetProperty("providers").EnumerateArray().Select(provider => provider.GetProperty("identifier").GetString()));
        Assert.DoesNotContain(name, (await Service.SendAsync("GET", $"{Path}?type=oauth2")).Json.GetProperty("providers").EnumerateArray().Select(provider => provider.GetProperty("identifier").GetString()));
        Assert.Equal("Acme", (await Service.SendAsync("GET", $"{Path}/{name}"))["name"]);

        var changed = await Service.SendAsync("PUT", $"{Path}/{name}", new { name = "Other", enabled = false, email_optional = true });
        Assert.True(changed.Status == 200, changed.Json.ToString());
        Assert.Equal(("Other", false, true), (changed["name"], changed.Json.GetProperty("enabled").GetBoolean(), changed.Json.GetProperty("email_optional").GetBoolean()));
        var refused = await external.Browser.SendAsync("GET", $"/auth/v1/authorize?provider={name}");
        Assert.Equal((400, $"Unsupported provider: custom provider {name} is disabled"), (refused.Status, refused["msg"]));

        Assert.Equal(204, (await Service.SendAsync("DELETE", $"{Path}/{name}")).Status);
        foreach (var method in new[] { "GET", "PUT", "DELETE" })
            Assert.Equal((404, "custom_provider_not_found"), Of(await Service.SendAsync(method, $"{Path}/{name}", method == "PUT" ? new { name = "x" } : null)));
    }

    [Fact]
    public async Task A_new_secret_is_used_and_the_old_one_stays_where_none_is_named()
    {
        var name = $"custom:{NewName()}";
        await Service.SendAsync("POST", Path, Oidc(name, new { client_secret = "wrong" }));
        var refused = await external.ComeBackAsync(external.Google.Approve(await external.LeaveAsync(name), Person.New()));
        Assert.Equal("unexpected_failure", ExternalPlatform.Query(refused)["error_code"]);
        external.Google.Complaints.Clear();

        await Service.SendAsync("PUT", $"{Path}/{name}", new { client_secret = IssuerStandIn.Secret });
        await Service.SendAsync("PUT", $"{Path}/{name}", new { name = "Renamed" });

        Assert.Contains("access_token", ExternalPlatform.Fragment(await external.ComeBackAsync(external.Google.Approve(await external.LeaveAsync(name), Person.New()))));
    }

    [Fact]
    public async Task Only_the_service_role_may()
    {
        var user = await external.Platform.SignUpAsync();
        foreach (var (client, status) in new[] { (external.Browser, 401), (external.Platform.Anonymous, 403), (user.Http, 403), (external.Platform.Client("forged"), 403) })
        {
            foreach (var (method, path) in new[] { ("GET", Path), ("POST", Path), ("GET", $"{Path}/custom:x"), ("PUT", $"{Path}/custom:x"), ("DELETE", $"{Path}/custom:x") })
                Assert.Equal(status, (await client.SendAsync(method, path, method is "POST" or "PUT" ? new { } : null)).Status);
        }
    }

    [Fact]
    public async Task A_name_is_taken_once_whatever_its_case_and_in_parallel()
    {
        var name = NewName();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Service.SendAsync("POST", Path, Oidc(i % 2 == 0 ? name : name.ToUpperInvariant()))));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(3, answers.Count(answer => (answer.Status, answer.ErrorCode) == (400, "conflict")));
    }

    [Theory]
    [InlineData("""{"provider_type":"saml"}""", "provider_type must be either 'oauth2' or 'oidc'")]
    [InlineData("""{"identifier":null}""", "identifier is required")]
    [InlineData("""{"identifier":"a/b"}""", "identifier must have 1 to 100 letters, digits, hyphens or underscores")]
    [InlineData("""{"identifier":"google"}""", "Cannot use reserved provider name: google. This provider is already built into Supabase Auth.")]
    [InlineData("""{"name":""}""", "name is required")]
    [InlineData("""{"client_secret":null}""", "client_secret is required")]
    [InlineData("""{"issuer":null}""", "issuer is required for OIDC providers")]
    [InlineData("""{"issuer":"https://user@evil.test"}""", "issuer must have neither a user nor a fragment")]
    [InlineData("""{"issuer":"http://169.254.169.254/latest"}""", "issuer must be https (http only at loopback addresses, with Auth:CustomProviders:AllowLoopback)")]
    [InlineData("""{"authorization_params":{"redirect_uri":"https://evil.test"}}""", "Cannot override reserved OAuth parameter: redirect_uri")]
    [InlineData("""{"authorization_params":{"prompt":1}}""", "Authorization parameter \"prompt\" must be a string")]
    [InlineData("""{"attribute_mapping":{"role":"role"}}""", "Cannot map to protected system field: role")]
    [InlineData("""{"attribute_mapping":{"email_verified":true}}""", "Cannot map to protected system field: email_verified")]
    [InlineData("""{"custom_claims_allowlist":[""]}""", "custom_claims_allowlist entries must be non-empty strings of at most 512 characters")]
    public async Task What_is_wrong_with_a_provider_is_said(string change, string message)
    {
        var answer = await Service.SendAsync("POST", Path, Oidc(NewName(), JsonSerializer.Deserialize<JsonElement>(change)));
        Assert.Equal((400, "validation_failed", message), (answer.Status, answer.ErrorCode, answer["msg"]));
    }

    [Fact]
    public async Task An_issuer_that_is_not_there_or_is_another_is_told_at_once()
    {
        var missing = await Service.SendAsync("POST", Path, Oidc(NewName(), new { issuer = $"{external.GitHub.Url}/nowhere" }));
        Assert.Equal($"Failed to fetch OIDC discovery document from \"{external.GitHub.Url}/nowhere/.well-known/openid-configuration\"", missing["msg"]);
        var other = await Service.SendAsync("POST", Path, Oidc(NewName(), new { issuer = "https://other.test", discovery_url = $"{external.Google.Url}/.well-known/openid-configuration" }));
        Assert.Equal($"OIDC discovery issuer mismatch: discovery document reports \"{external.Google.Url}\" but expected \"https://other.test\"", other["msg"]);
    }

    [Theory]
    [InlineData("authorization_endpoint", "javascript:alert(document.cookie)", "OIDC discovery document: authorization_endpoint must be https")]
    [InlineData("token_endpoint", "http://10.0.0.1/token", "OIDC discovery document: token_endpoint must be https (http only at loopback addresses, with Auth:CustomProviders:AllowLoopback)")]
    [InlineData("jwks_uri", "file:///etc/passwd", "OIDC discovery document: jwks_uri must be https")]
    [InlineData("jwks_uri", "", "OIDC discovery document is missing required fields: jwks_uri")]
    public async Task A_discovery_document_leads_nowhere_that_a_provider_cannot_be(string member, string value, string message)
    {
        await using var issuer = new IssuerStandIn();
        await issuer.StartAsync();
        issuer.Lies[member] = value;
        Assert.Equal(message, (await Service.SendAsync("POST", Path, Oidc(NewName(), new { issuer = issuer.Url })))["msg"]);
    }

    [Fact]
    public async Task A_secret_that_another_key_encrypted_is_said_to_be_so()
    {
        var name = $"custom:{NewName()}";
        await Service.SendAsync("POST", Path, Oidc(name));
        await external.Platform.Database.ExecuteAsync("update auth.custom_oauth_providers set id = gen_random_uuid() where identifier = $1", name);

        var refused = await external.Browser.SendAsync("GET", $"/auth/v1/authorize?provider={name}");

        Assert.Equal((400, $"Unsupported provider: error decrypting client secret for provider {name}"), (refused.Status, refused["msg"]));
    }

    [Fact]
    public async Task Without_the_option_nothing_leads_to_the_own_machine()
    {
        await using var platform = await TestPlatform.StartAsync(("Encryption:PrivateKey", "what encrypts in these tests"), ("Auth:CustomProviders:MaxProviders", "1"));
        Assert.Contains("issuer must be https", (await platform.Service.SendAsync("POST", Path, Oidc(NewName())))["msg"], StringComparison.Ordinal);
        foreach (var inside in new[] { "https://127.0.0.1:1", "https://localhost:1", "https://10.0.0.1", "https://[::1]:1", "https://[::ffff:169.254.169.254]" })
            Assert.Contains("Failed to fetch OIDC discovery document", (await platform.Service.SendAsync("POST", Path, Oidc(NewName(), new { issuer = inside })))["msg"], StringComparison.Ordinal);

        object plain = new { provider_type = "oauth2", identifier = "one", name = "x", client_id = "x", client_secret = "x", authorization_url = "https://a.test", token_url = "https://127.0.0.1:1", userinfo_url = "https://a.test" };
        Assert.Equal(201, (await platform.Service.SendAsync("POST", Path, plain)).Status);
        Assert.Equal("over_custom_provider_quota", (await platform.Service.SendAsync("POST", Path, plain)).ErrorCode);
    }

    [Fact]
    public async Task A_provider_of_the_configuration_needs_no_table()
    {
        var configured = JsonSerializer.Serialize(new[] { Oidc("configured") });
        await using var platform = await TestPlatform.StartAsync(("Auth:CustomProviders:Configured", configured));
        var answer = await platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=id_token", new { provider = "custom:configured", id_token = external.Google.Token(Person.New()) });
        Assert.True(answer.Status == 200, answer.Json.ToString());
        Assert.Equal("feature_disabled", (await platform.Service.SendAsync("POST", Path, Oidc("another"))).ErrorCode); // no key to encrypt with
    }

    private static string NewName() => $"p{Guid.NewGuid():N}";

    private JsonObject Oidc(string identifier, object? changes = null)
    {
        var body = JsonSerializer.SerializeToNode(new
        {
            provider_type = "oidc", identifier, name = "Acme", client_id = IssuerStandIn.ClientId, client_secret = IssuerStandIn.Secret, issuer = external.Google.Url, scopes = new[] { "email" },
        })!.AsObject();
        if (changes is null) return body;
        foreach (var (name, value) in JsonSerializer.SerializeToNode(changes)!.AsObject()) body[name] = value?.DeepClone();
        return body;
    }

    private static (int, string?) Of(Answer answer) => (answer.Status, answer.ErrorCode);
}
