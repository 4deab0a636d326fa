using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>The way back from a provider: only who left comes back, once, in time, from where they were sent.</summary>
public sealed class StateTests(ExternalPlatform external) : IClassFixture<ExternalPlatform>
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=s256";

    [Fact]
    public async Task In_the_PKCE_flow_the_application_gets_a_code_that_its_verifier_redeems_once()
    {
        var person = Person.New();
        var back = await external.ComeBackAsync(external.GitHub.Approve(await external.LeaveAsync("github", Challenge), person));

        Assert.Equal(("https://app.test/welcome", ""), (back.GetLeftPart(UriPartial.Path), back.Fragment));
        var code = ExternalPlatform.Query(back)["code"];
        var stored = await external.Platform.Database.ScalarAsync<string>("select provider_access_token from auth.flow_state where auth_code = $1", code);
        Assert.StartsWith("aes-gcm:", stored);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RedeemAsync(code)));
        var session = Assert.Single(answers, answer => answer.Status == 200);
        Assert.StartsWith("token-", session["provider_token"]);
        Assert.Equal(person.Email, session.Json.GetProperty("user").GetProperty("email").GetString());
        Assert.Equal(3, answers.Count(answer => answer.ErrorCode == "flow_state_not_found"));
    }

    [Fact]
    public async Task A_state_is_good_once()
    {
        var callback = external.GitHub.Approve(await external.LeaveAsync("github"), Person.New());
        Assert.Contains("access_token", ExternalPlatform.Fragment(await external.ComeBackAsync(callback)));

        AssertSite(await external.ComeBackAsync(callback, 303), "bad_oauth_state");
    }

    [Fact]
    public async Task Of_parallel_answers_with_one_state_one_signs_in()
    {
        var callback = external.GitHub.Approve(await external.LeaveAsync("github", Challenge), Person.New());

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => external.Browser.SendAsync("GET", callback.PathAndQuery)));

        Assert.Single(answers, answer => answer.Headers.Location!.Query.Contains("code=", StringComparison.Ordinal) && !answer.Headers.Location.Query.Contains("error=", StringComparison.Ordinal));
        Assert.Equal(5, answers.Count(answer => ExternalPlatform.Query(answer.Headers.Location!).GetValueOrDefault("error_code") == "flow_state_already_used"));
    }

    [Theory]
    [InlineData("", "bad_oauth_callback")]
    [InlineData("state=", "bad_oauth_callback")]
    [InlineData("state=forged&code=x", "bad_oauth_state")]
    [InlineData("state=5f0c1e3a-6c0e-4d3b-9a4e-0d8b1f0c7a11&code=x", "bad_oauth_state")]
    public async Task A_forged_state_leads_to_the_site_with_an_error(string query, string code) =>
        AssertSite(await external.FollowAsync($"/auth/v1/callback?{query}", 303), code);

    [Fact]
    public async Task A_state_of_a_mail_is_no_state_of_a_provider()
    {
        var id = await external.Platform.Database.ScalarAsync<Guid>(
            "insert into auth.flow_state (id, provider_type, authentication_method, created_at) values (gen_random_uuid(), 'github', 'magiclink', now()) returning id");
        AssertSite(await external.FollowAsync($"/auth/v1/callback?state={id}&code=x", 303), "bad_oauth_state");
    }

    [Fact]
    public async Task Who_comes_back_too_late_starts_again()
    {
        var callback = external.GitHub.Approve(await external.LeaveAsync("github"), Person.New());
        var state = Guid.Parse(ExternalPlatform.Query(callback)["state"]);
        await external.Platform.Database.ExecuteAsync("update auth.flow_state set created_at = now() - interval '6 minutes' where id = $1", state);

        var back = await external.ComeBackAsync(callback, 303);
        AssertSite(back, "bad_oauth_state");
        Assert.Equal("OAuth state has expired", ExternalPlatform.Query(back)["error_description"]);
    }

    [Fact]
    public async Task A_code_of_one_provider_is_not_taken_for_anothers()
    {
        var gitHub = ExternalPlatform.Query(external.GitHub.Approve(await external.LeaveAsync("github"), Person.New()));
        var gitLab = ExternalPlatform.Query(external.GitLab.Approve(await external.LeaveAsync("gitlab"), Person.New()));

        var back = await external.FollowAsync($"/auth/v1/callback?state={gitLab["state"]}&code={gitHub["code"]}");

        Assert.Equal(("server_error", "unexpected_failure"), (ExternalPlatform.Query(back)["error"], ExternalPlatform.Query(back)["error_code"]));
    }

    [Fact]
    public async Task An_answer_that_names_another_issuer_is_refused()
    {
        var callback = external.Google.Approve(await external.LeaveAsync("google"), Person.New());
        var back = await external.FollowAsync($"{callback.PathAndQuery}&iss=https%3A%2F%2Fevil.test");
        Assert.Equal("bad_oauth_callback", ExternalPlatform.Query(back)["error_code"]);
    }

    [Fact]
    public async Task What_a_provider_refuses_the_application_is_told()
    {
        var state = ExternalPlatform.Query(await external.LeaveAsync("github"))["state"];
        var back = await external.FollowAsync($"/auth/v1/callback?state={state}&error=access_denied&error_description=The%20user%20has%20denied%20your%20application%20access");

        foreach (var told in new[] { ExternalPlatform.Query(back), ExternalPlatform.Fragment(back) })
            Assert.Equal(("access_denied", "The user has denied your application access"), (told["error"], told["error_description"]));
        Assert.Equal("https://app.test/welcome", back.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task An_answer_may_be_posted()
    {
        var person = Person.New();
        var callback = external.Google.Approve(await external.LeaveAsync("google"), person);
        using var form = new FormUrlEncodedContent(ExternalPlatform.Query(callback));
        using var answer = await external.Browser.PostAsync("/auth/v1/callback", form);

        Assert.Equal(302, (int)answer.StatusCode);
        Assert.Contains("access_token", ExternalPlatform.Fragment(answer.Headers.Location!));
    }

    [Fact]
    public async Task A_form_that_is_too_large_is_refused()
    {
        using var form = new FormUrlEncodedContent([new("state", new string('x', 100_000))]);
        using var answer = await external.Browser.PostAsync("/auth/v1/callback", form);
        Assert.Equal("validation_failed", ExternalPlatform.Query(answer.Headers.Location!)["error_code"]);
    }

    [Theory]
    [InlineData("https://evil.test/steal")]
    [InlineData("https://app.test.evil.test/")]
    [InlineData("https://user@app.test/")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_led_to_a_page_that_is_not_allowed(string target)
    {
        var page = await external.FollowAsync($"/auth/v1/authorize?provider=github&redirect_to={Uri.EscapeDataString(target)}");
        Assert.Equal("site.test", (await external.ComeBackAsync(external.GitHub.Approve(page, Person.New()))).Host);
    }

    [Theory]
    [InlineData("&code_challenge=short&code_challenge_method=s256")]
    [InlineData("&code_challenge_method=s256")]
    [InlineData("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    public async Task A_challenge_that_is_none_is_refused(string parameters)
    {
        var answer = await external.Browser.SendAsync("GET", $"/auth/v1/authorize?provider=github{parameters}");
        Assert.Equal((400, "validation_failed"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task An_invitation_that_does_not_exist_is_refused()
    {
        var answer = await external.Browser.SendAsync("GET", "/auth/v1/authorize?provider=github&invite_token=nothing");
        Assert.Equal((404, "user_not_found"), (answer.Status, answer.ErrorCode));
    }

    private Task<Answer> RedeemAsync(string code) =>
        external.Platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=pkce", new { auth_code = code, code_verifier = Verifier });

    private static void AssertSite(Uri back, string code)
    {
        Assert.Equal("https://site.test/", back.GetLeftPart(UriPartial.Path));
        Assert.Equal(code, ExternalPlatform.Query(back)["error_code"]);
    }
}
