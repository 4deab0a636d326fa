using System.Web;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class VerifyTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private Task<Answer> LinkAsync(object body) => _platform.Service.SendAsync("POST", "/auth/v1/admin/generate_link", body);

    private Task<Answer> VerifyAsync(object body) => _platform.Anonymous.SendAsync("POST", "/auth/v1/verify", body);

    private static string Fresh() => $"{Guid.NewGuid():N}@example.test";

    [Fact]
    public async Task A_magic_link_signs_in_once_by_its_hash()
    {
        var user = await _platform.SignUpAsync();
        var link = await LinkAsync(new { type = "magiclink", email = user.Email });

        var body = new { type = "magiclink", token_hash = link["hashed_token"] };
        var first = await VerifyAsync(body);
        var second = await VerifyAsync(body);

        Assert.Equal(user.Id, first.Json.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal((403, "otp_expired"), (second.Status, second.ErrorCode));
    }

    [Fact]
    public async Task A_code_signs_in_with_its_own_address_only()
    {
        var user = await _platform.SignUpAsync();
        var other = await _platform.SignUpAsync();
        var link = await LinkAsync(new { type = "magiclink", email = user.Email });

        Assert.Equal("otp_expired", (await VerifyAsync(new { type = "email", email = other.Email, token = link["email_otp"] })).ErrorCode);
        Assert.Equal(200, (await VerifyAsync(new { type = "email", email = user.Email.ToUpperInvariant(), token = link["email_otp"] })).Status);
    }

    [Fact]
    public async Task Of_parallel_uses_of_one_link_exactly_one_wins()
    {
        var user = await _platform.SignUpAsync();
        var link = await LinkAsync(new { type = "recovery", email = user.Email });

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => VerifyAsync(new { type = "recovery", token_hash = link["hashed_token"] })));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal("otp_expired", answer.ErrorCode));
    }

    [Fact]
    public async Task A_newer_link_voids_the_older_and_an_old_one_expires()
    {
        var user = await _platform.SignUpAsync();
        var older = await LinkAsync(new { type = "magiclink", email = user.Email });
        var newer = await LinkAsync(new { type = "magiclink", email = user.Email });
        Assert.Equal("otp_expired", (await VerifyAsync(new { type = "magiclink", token_hash = older["hashed_token"] })).ErrorCode);

        await _platform.Database.ExecuteAsync("update auth.one_time_tokens set created_at = created_at - interval '61 minutes' where user_id = $1", user.Id);
        Assert.Equal("otp_expired", (await VerifyAsync(new { type = "magiclink", token_hash = newer["hashed_token"] })).ErrorCode);
    }

    [Fact]
    public async Task A_link_of_one_kind_does_not_pass_for_another()
    {
        var user = await _platform.SignUpAsync();
        var link = await LinkAsync(new { type = "recovery", email = user.Email });

        Assert.Equal("otp_expired", (await VerifyAsync(new { type = "signup", token_hash = link["hashed_token"] })).ErrorCode);
        Assert.Equal("otp_expired", (await VerifyAsync(new { type = "email_change", token_hash = link["hashed_token"] })).ErrorCode);
        Assert.Equal(200, (await VerifyAsync(new { type = "recovery", token_hash = link["hashed_token"] })).Status);
    }

    [Fact]
    public async Task A_code_cannot_be_guessed_for_long()
    {
        var user = await _platform.SignUpAsync();
        await LinkAsync(new { type = "magiclink", email = user.Email });

        var answers = new List<Answer>();
        for (var i = 0; i < 25; i++) answers.Add(await VerifyAsync(new { type = "email", email = user.Email, token = "x" }));

        Assert.Contains(answers, answer => (answer.Status, answer.ErrorCode) == (429, "over_request_rate_limit"));
    }

    [Fact]
    public async Task Signing_up_by_link_confirms_the_address()
    {
        var email = Fresh();
        var link = await LinkAsync(new { type = "signup", email, password = "correct horse", data = new { a = 1 } });
        var credentials = new { email, password = "correct horse" };
        Assert.Equal("email_not_confirmed", (await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", credentials)).ErrorCode);

        var verified = await VerifyAsync(new { type = "signup", token_hash = link["hashed_token"] });

        Assert.NotNull(verified.Json.GetProperty("user").GetProperty("email_confirmed_at").GetString());
        Assert.Equal(200, (await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", credentials)).Status);
        Assert.Equal("email_exists", (await LinkAsync(new { type = "signup", email, password = "correct horse" })).ErrorCode);
    }

    [Fact]
    public async Task An_invited_person_comes_in_by_the_link_and_chooses_a_password()
    {
        var email = Fresh();
        var link = await LinkAsync(new { type = "invite", email });
        Assert.NotNull(link["invited_at"]);

        var user = TestUser.From((await VerifyAsync(new { type = "invite", token_hash = link["hashed_token"] })).Json, _platform);
        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "correct horse" })).Status);

        Assert.Equal(200, (await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email, password = "correct horse" })).Status);
    }

    [Fact]
    public async Task A_changed_address_is_confirmed_from_both_sides()
    {
        var user = await _platform.SignUpAsync();
        var newEmail = Fresh();
        var current = await LinkAsync(new { type = "email_change_current", email = user.Email, new_email = newEmail });
        var next = await LinkAsync(new { type = "email_change_new", email = user.Email, new_email = newEmail });

        var half = await VerifyAsync(new { type = "email_change", token_hash = current["hashed_token"] });
        Assert.Equal(200, half.Status);
        Assert.False(half.Json.TryGetProperty("access_token", out _));
        Assert.Equal(user.Email, (await user.Http.SendAsync("GET", "/auth/v1/user"))["email"]);

        var whole = await VerifyAsync(new { type = "email_change", token_hash = next["hashed_token"] });
        Assert.Equal(newEmail, whole.Json.GetProperty("user").GetProperty("email").GetString());
    }

    [Fact]
    public async Task A_clicked_link_redirects_with_the_session_in_the_fragment()
    {
        var user = await _platform.SignUpAsync();
        var link = await LinkAsync(new { type = "magiclink", email = user.Email, redirect_to = "http://localhost:3000/welcome" });
        var action = new Uri(link["action_link"]!);
        Assert.StartsWith("http://platform.test/auth/v1/verify?token=", action.ToString(), StringComparison.Ordinal);

        var first = await ClickAsync(action.PathAndQuery);
        var second = await ClickAsync(action.PathAndQuery);

        Assert.Equal("http://localhost:3000/welcome", first.GetLeftPart(UriPartial.Path));
        using var http = _platform.Client(Fragment(first)["access_token"]);
        Assert.Equal(user.Email, (await http.SendAsync("GET", "/auth/v1/user"))["email"]);
        Assert.Equal("otp_expired", Fragment(second)["error_code"]);
        Assert.Null(Fragment(second)["access_token"]);
    }

    [Fact]
    public async Task A_link_leads_nowhere_that_was_not_allowed()
    {
        var user = await _platform.SignUpAsync();
        var link = await LinkAsync(new { type = "magiclink", email = user.Email, redirect_to = "https://evil.test" });
        Assert.Equal("http://localhost:3000", link["redirect_to"]);

        var target = await ClickAsync($"/auth/v1/verify?type=magiclink&token={link["hashed_token"]}&redirect_to=https://evil.test");

        Assert.Equal("localhost", target.Host);
    }

    [Theory]
    [InlineData("""{"type":"magiclink"}""", 400, "validation_failed")]
    [InlineData("""{"type":"telepathy","token_hash":"x"}""", 400, "validation_failed")]
    [InlineData("""{"type":"email","token":"123456"}""", 400, "validation_failed")]
    [InlineData("""{"type":"magiclink","token_hash":"a\u0000b"}""", 403, "otp_expired")]
    [InlineData("""{"type":"magiclink","token_hash":"'; drop table auth.users; --"}""", 403, "otp_expired")]
    public async Task Bad_input_is_refused_by_name(string body, int status, string code) =>
        Assert.Equal((status, code), await VerifyAsync(body) is var answer ? (answer.Status, answer.ErrorCode) : default);

    [Theory]
    [InlineData("""{"type":"recovery","email":"nobody@example.test"}""", 404, "user_not_found")]
    [InlineData("""{"type":"email_change_new","email":"nobody@example.test","new_email":"x@example.test"}""", 404, "user_not_found")]
    [InlineData("""{"type":"signup","email":"nobody@example.test"}""", 400, "validation_failed")]
    [InlineData("""{"type":"telepathy","email":"nobody@example.test"}""", 400, "validation_failed")]
    [InlineData("""{"type":"magiclink"}""", 400, "validation_failed")]
    public async Task A_link_for_nobody_is_not_made(string body, int status, string code)
    {
        Assert.Equal((status, code), await LinkAsync(body) is var answer ? (answer.Status, answer.ErrorCode) : default);
        Assert.Equal("not_admin", (await _platform.Anonymous.SendAsync("POST", "/auth/v1/admin/generate_link", body)).ErrorCode);
    }

    private async Task<Uri> ClickAsync(string path)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _platform.Url };
        using var response = await browser.GetAsync(path);
        Assert.Equal(303, (int)response.StatusCode);
        return response.Headers.Location!;
    }

    private static System.Collections.Specialized.NameValueCollection Fragment(Uri url) => HttpUtility.ParseQueryString(url.Fragment.TrimStart('#'));
}
