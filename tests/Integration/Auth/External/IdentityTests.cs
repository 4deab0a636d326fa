using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>Ways in that someone adds and gives up.</summary>
public sealed class IdentityTests(ExternalPlatform external) : IClassFixture<ExternalPlatform>
{
    private TestPlatform Platform => external.Platform;

    [Fact]
    public async Task Someone_adds_a_way_in_and_uses_it()
    {
        var user = await Platform.SignUpAsync();
        var person = Person.New();

        var session = ExternalPlatform.Fragment(await LinkAsync(user, person));

        var linked = await UserAsync(session["access_token"]);
        Assert.Equal(user.Id, linked.GetProperty("id").GetGuid());
        Assert.Equal(user.Email, linked.GetProperty("email").GetString());
        Assert.Equal(["email", "github"], linked.GetProperty("app_metadata").GetProperty("providers").EnumerateArray().Select(provider => provider.GetString()));
        var again = await external.SignInAsync("github", external.GitHub, person);
        Assert.Equal(user.Id, (await UserAsync(again["access_token"])).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_way_in_that_somebody_has_is_not_added()
    {
        var person = Person.New();
        var owner = await Platform.SignUpAsync();
        await LinkAsync(owner, person);

        Assert.Equal("identity_already_exists", ExternalPlatform.Query(await LinkAsync(owner, person))["error_code"]);
        var back = ExternalPlatform.Query(await LinkAsync(await Platform.SignUpAsync(), person));
        Assert.Equal("Identity is already linked to another user", back["error_description"]);
    }

    [Fact]
    public async Task An_anonymous_user_becomes_permanent()
    {
        var answer = await Platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        var user = new TestUser(answer.Json.GetProperty("user").GetProperty("id").GetGuid(), "", answer["access_token"]!, answer["refresh_token"]!, Platform.Client(answer["access_token"]));
        var person = Person.New();

        var session = ExternalPlatform.Fragment(await LinkAsync(user, person));

        var permanent = await UserAsync(session["access_token"]);
        Assert.Equal((user.Id, person.Email, false), (permanent.GetProperty("id").GetGuid(), permanent.GetProperty("email").GetString(), permanent.GetProperty("is_anonymous").GetBoolean()));
    }

    [Fact]
    public async Task An_anonymous_user_does_not_take_an_address_that_somebody_has()
    {
        var other = await Platform.SignUpAsync();
        var answer = await Platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        var user = new TestUser(Guid.Empty, "", answer["access_token"]!, answer["refresh_token"]!, Platform.Client(answer["access_token"]));

        var back = ExternalPlatform.Query(await LinkAsync(user, Person.New(other.Email)));

        Assert.Equal("email_exists", back["error_code"]);
        Assert.True((await UserAsync(user.AccessToken)).GetProperty("is_anonymous").GetBoolean());
    }

    [Fact]
    public async Task An_id_token_adds_a_way_in()
    {
        var user = await Platform.SignUpAsync();
        var body = new { provider = "google", id_token = external.Google.Token(Person.New()), link_identity = true };

        var answer = await user.Http.SendAsync("POST", "/auth/v1/token?grant_type=id_token", body);

        Assert.True(answer.Status == 200, answer.Json.ToString());
        Assert.Equal(user.Id, answer.Json.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal(2, answer.Json.GetProperty("user").GetProperty("identities").GetArrayLength());
        Assert.Equal("identity_already_exists", (await user.Http.SendAsync("POST", "/auth/v1/token?grant_type=id_token", body)).ErrorCode);
    }

    [Fact]
    public async Task Adding_wants_somebody_who_is_signed_in()
    {
        const string path = "/auth/v1/user/identities/authorize?provider=github&skip_http_redirect=true";
        Assert.Equal((401, "no_authorization"), Of(await external.Browser.SendAsync("GET", path)));
        Assert.Equal((403, "bad_jwt"), Of(await Platform.Anonymous.SendAsync("GET", path)));
        Assert.Equal((403, "bad_jwt"), Of(await Platform.Client("eyJhbGciOiJub25lIn0.e30.").SendAsync("GET", path)));
    }

    [Fact]
    public async Task A_way_in_is_given_up_but_never_the_last_one()
    {
        var user = await Platform.SignUpAsync();
        await LinkAsync(user, Person.New());
        var identities = await IdentitiesAsync(user);

        var answer = await user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{identities["email"]}");
        Assert.True(answer.Status == 200, answer.Json.ToString());
        Assert.Equal("{}", answer.Json.ToString());
        var left = await UserAsync(user.AccessToken);
        Assert.Equal(["github"], left.GetProperty("app_metadata").GetProperty("providers").EnumerateArray().Select(provider => provider.GetString()));
        Assert.NotEqual(user.Email, left.GetProperty("email").GetString());

        Assert.Equal((422, "single_identity_not_deletable"), Of(await user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{identities["github"]}")));
    }

    [Fact]
    public async Task Of_two_ways_in_that_are_given_up_at_once_one_stays()
    {
        var user = await Platform.SignUpAsync();
        await LinkAsync(user, Person.New());
        var identities = await IdentitiesAsync(user);

        var answers = await Task.WhenAll(identities.Values.Select(id => user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{id}")));

        Assert.Equal([200, 422], answers.Select(answer => answer.Status).Order());
        Assert.Single(await IdentitiesAsync(user));
    }

    [Fact]
    public async Task A_way_in_that_is_given_up_while_it_is_used_harms_nobody()
    {
        for (var round = 0; round < 4; round++)
        {
            var user = await Platform.SignUpAsync();
            var person = Person.New();
            await LinkAsync(user, person);
            var id = (await IdentitiesAsync(user))["github"];
            var callbacks = new List<Uri>();
            for (var i = 0; i < 3; i++) callbacks.Add(external.GitHub.Approve(await external.LeaveAsync("github"), person));

            var unlinked = user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{id}");
            var answers = await Task.WhenAll(callbacks.Select(callback => external.ComeBackAsync(callback)));

            Assert.Equal(200, (await unlinked).Status);
            Assert.All(answers, back => Assert.Contains("access_token", ExternalPlatform.Fragment(back)));
        }
    }

    [Fact]
    public async Task Nobody_gives_up_anothers_way_in()
    {
        var (user, other) = (await Platform.SignUpAsync(), await Platform.SignUpAsync());
        await LinkAsync(user, Person.New());
        await LinkAsync(other, Person.New());
        var id = (await IdentitiesAsync(other))["github"];

        Assert.Equal((422, "identity_not_found"), Of(await user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{id}")));
        Assert.Equal((404, "validation_failed"), Of(await user.Http.SendAsync("DELETE", "/auth/v1/user/identities/mine")));
        Assert.Equal((401, "no_authorization"), Of(await external.Browser.SendAsync("DELETE", $"/auth/v1/user/identities/{id}")));
        Assert.Equal(2, (await IdentitiesAsync(other)).Count);
    }

    [Fact]
    public async Task Linking_can_be_switched_off()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:ManualLinking", "false"));
        var user = await platform.SignUpAsync();
        Assert.Equal((404, "manual_linking_disabled"), Of(await user.Http.SendAsync("GET", "/auth/v1/user/identities/authorize?provider=github")));
        Assert.Equal((404, "manual_linking_disabled"), Of(await user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{Guid.NewGuid()}")));
        Assert.Equal((404, "manual_linking_disabled"), Of(await user.Http.SendAsync("POST", "/auth/v1/token?grant_type=id_token", new { id_token = "x", provider = "google", link_identity = true })));
    }

    private async Task<Uri> LinkAsync(TestUser user, Person person)
    {
        var page = await user.Http.SendAsync("GET", $"/auth/v1/user/identities/authorize?provider=github&skip_http_redirect=true&redirect_to={Uri.EscapeDataString(ExternalPlatform.App)}");
        Assert.True(page.Status == 200, page.Json.ToString());
        return await external.ComeBackAsync(external.GitHub.Approve(new Uri(page["url"]!), person));
    }

    private async Task<JsonElement> UserAsync(string token) => (await Platform.Client(token).SendAsync("GET", "/auth/v1/user")).Json;

    private async Task<Dictionary<string, string>> IdentitiesAsync(TestUser user) =>
        (await UserAsync(user.AccessToken)).GetProperty("identities").EnumerateArray().ToDictionary(
            identity => identity.GetProperty("provider").GetString()!, identity => identity.GetProperty("identity_id").GetString()!);

    private static (int, string?) Of(Answer answer) => (answer.Status, answer.ErrorCode);
}
