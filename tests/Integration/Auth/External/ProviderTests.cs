using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>Each built-in provider, there and back.</summary>
public sealed class ProviderTests(ExternalPlatform external) : IClassFixture<ExternalPlatform>
{
    [Fact]
    public async Task GitHub_tells_who_someone_is()
    {
        var person = Person.New();
        var page = await external.LeaveAsync("github", "&scopes=repo%20gist&prompt=consent&client_id=evil&state=evil&redirect_uri=https%3A%2F%2Fevil.test");
        var asked = ExternalPlatform.Query(page);
        Assert.Equal("user:email repo gist", asked["scope"]);
        Assert.Equal("consent", asked["prompt"]);
        Assert.Equal("http://platform.test/auth/v1/callback", asked["redirect_uri"]);
        Assert.False(asked.ContainsKey("redirect_to"));

        var session = ExternalPlatform.Fragment(await external.ComeBackAsync(external.GitHub.Approve(page, person)));

        Assert.Equal("bearer", session["token_type"]);
        Assert.StartsWith("token-", session["provider_token"]);
        var user = await UserAsync(session["access_token"]);
        Assert.Equal(person.Email, user.GetProperty("email").GetString());
        Assert.Equal(("github", "github"), (user.GetProperty("app_metadata").GetProperty("provider").GetString(), user.GetProperty("app_metadata").GetProperty("providers")[0].GetString()));
        var metadata = user.GetProperty("user_metadata");
        Assert.Equal(("ada", "Ada Lovelace", "https://avatars.test/ada"), (Text(metadata, "user_name"), Text(metadata, "full_name"), Text(metadata, "avatar_url")));
        var identity = Assert.Single(user.GetProperty("identities").EnumerateArray());
        Assert.Equal((person.Id, "github", person.Email), (Text(identity, "id"), Text(identity, "provider"), Text(identity, "email")));
        Assert.Equal(person.Id, Text(identity.GetProperty("identity_data"), "sub"));
        Assert.True(identity.GetProperty("identity_data").GetProperty("email_verified").GetBoolean());
        Assert.Empty(external.GitHub.Complaints);
    }

    [Fact]
    public async Task GitLab_tells_who_someone_is()
    {
        var person = Person.New();
        var session = await external.SignInAsync("gitlab", external.GitLab, person);

        Assert.Equal("again", session["provider_refresh_token"]);
        var user = await UserAsync(session["access_token"]);
        Assert.Equal(person.Email, Text(user, "email"));
        Assert.Equal("https://gitlab.test/ada.png", Text(user.GetProperty("user_metadata"), "avatar_url"));
        Assert.Empty(external.GitLab.Complaints);
    }

    [Fact]
    public async Task Bitbucket_tells_who_someone_is()
    {
        var person = Person.New();
        var user = await UserAsync((await external.SignInAsync("bitbucket", external.Bitbucket, person))["access_token"]);

        Assert.Equal(person.Email, Text(user, "email"));
        Assert.Equal($"{{{person.Id}}}", Text(user.GetProperty("identities")[0], "id"));
        Assert.Equal("https://bitbucket.test/ada.png", Text(user.GetProperty("user_metadata"), "avatar_url"));
        Assert.Empty(external.Bitbucket.Complaints);
    }

    [Fact]
    public async Task Google_tells_who_someone_is()
    {
        var person = Person.New();
        var user = await UserAsync((await external.SignInAsync("google", external.Google, person))["access_token"]);

        Assert.Equal(person.Email, Text(user, "email"));
        Assert.Equal(("Ada Lovelace", "https://issuer.test/ada.png"), (Text(user.GetProperty("user_metadata"), "full_name"), Text(user.GetProperty("user_metadata"), "avatar_url")));
        Assert.Empty(external.Google.Complaints);
    }

    [Fact]
    public async Task Whoever_comes_again_is_the_same_and_their_profile_follows()
    {
        var person = Person.New();
        var first = await UserAsync((await external.SignInAsync("github", external.GitHub, person))["access_token"]);

        var again = await UserAsync((await external.SignInAsync("github", external.GitHub, person with { Name = "Ada King" }))["access_token"]);

        Assert.Equal(Text(first, "id"), Text(again, "id"));
        Assert.Equal("Ada King", Text(again.GetProperty("user_metadata"), "name"));
    }

    [Fact]
    public async Task The_amr_of_the_session_says_oauth_and_the_sign_in_is_in_the_audit_log()
    {
        var user = await UserAsync((await external.SignInAsync("github", external.GitHub, Person.New()))["access_token"]);
        Assert.Equal(
            "user_signedup,login",
            await external.Platform.Database.ScalarAsync<string>(
                "select string_agg(payload ->> 'action', ',' order by created_at, payload ->> 'action' desc) from auth.audit_log_entries where payload ->> 'actor_id' = $1", Text(user, "id")));
        Assert.Equal(
            "oauth",
            await external.Platform.Database.ScalarAsync<string>(
                "select authentication_method from auth.mfa_amr_claims c join auth.sessions s on s.id = c.session_id where s.user_id = $1::uuid", Text(user, "id")));
    }

    [Fact]
    public async Task Settings_tell_which_providers_there_are()
    {
        var there = (await external.Browser.SendAsync("GET", "/auth/v1/settings")).Json.GetProperty("external");
        Assert.Equal((true, true, false), (there.GetProperty("github").GetBoolean(), there.GetProperty("google").GetBoolean(), there.GetProperty("azure").GetBoolean()));
    }

    [Theory]
    [InlineData("azure", "Unsupported provider: Provider azure could not be found")]
    [InlineData("", "Unsupported provider: Provider  could not be found")]
    [InlineData("custom:nobody", "Unsupported provider: custom provider custom:nobody not found")]
    public async Task A_provider_that_is_not_there_is_refused(string provider, string message)
    {
        var answer = await external.Browser.SendAsync("GET", $"/auth/v1/authorize?provider={provider}");
        Assert.Equal((400, "validation_failed", message), (answer.Status, answer.ErrorCode, answer["msg"]));
    }

    [Fact]
    public async Task A_provider_that_is_not_enabled_is_refused()
    {
        await using var platform = await TestPlatform.StartAsync();
        var answer = await platform.Anonymous.SendAsync("GET", "/auth/v1/authorize?provider=github");
        Assert.Equal((400, "Unsupported provider: provider is not enabled"), (answer.Status, answer["msg"]));
    }

    private async Task<JsonElement> UserAsync(string token) => (await external.Platform.Client(token).SendAsync("GET", "/auth/v1/user")).Json;

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
