using System.Text;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class SignUpTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_person_signs_up_and_is_signed_in()
    {
        var answer = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup",
            new { email = "  Ann@Example.test ", password = "correct horse", data = new { name = "Ann" } });

        Assert.Equal(200, answer.Status);
        Assert.Equal("bearer", answer["token_type"]);
        var user = answer.Json.GetProperty("user");
        Assert.Equal("ann@example.test", user.GetProperty("email").GetString());
        Assert.Equal("Ann", user.GetProperty("user_metadata").GetProperty("name").GetString());
        Assert.Equal("email", user.GetProperty("app_metadata").GetProperty("provider").GetString());
        Assert.Equal("email", user.GetProperty("identities")[0].GetProperty("provider").GetString());
        Assert.NotNull(user.GetProperty("last_sign_in_at").GetString());
    }

    [Fact]
    public async Task The_password_is_stored_as_bcrypt_of_cost_ten_and_nowhere_else()
    {
        var user = await _platform.SignUpAsync(password: "a password to look for");

        var hash = await _platform.Database.ScalarAsync<string>("select encrypted_password from auth.users where id = $1", user.Id);
        Assert.StartsWith("$2a$10$", hash, StringComparison.Ordinal);
        Assert.False(await _platform.Database.ScalarAsync<bool>("select exists (select from auth.audit_log_entries where payload::text like '%a password to look for%')"));
    }

    [Theory]
    [InlineData("{\"email\":\"text@example.test\",\"password\":\"correct horse\",\"data\":{\"\u00FF\":1}}", "iso-8859-1")]
    [InlineData("""{"email":"text@example.test","password":"correct horse","data":{"name":"\ud800"}}""", "utf-8")]
    [InlineData("""{"email":"text@example.test","password":"correct horse","data":{"\udc00":1}}""", "utf-8")]
    public async Task What_is_no_text_is_refused(string body, string encoding)
    {
        using var content = new ByteArrayContent(Encoding.GetEncoding(encoding).GetBytes(body)) { Headers = { ContentType = new("application/json") } };

        using var answer = await _platform.Service.PostAsync(new Uri("/auth/v1/signup", UriKind.Relative), content);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("bad_json", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = 'text@example.test'"));
    }

    [Fact]
    public async Task The_same_address_cannot_sign_up_twice_however_it_is_written()
    {
        var user = await _platform.SignUpAsync();

        var again = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email = user.Email.ToUpperInvariant(), password = "another one" });

        Assert.Equal((422, "user_already_exists"), (again.Status, again.ErrorCode));
    }

    [Fact]
    public async Task Of_parallel_sign_ups_with_one_address_exactly_one_wins()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email, password = "correct horse" })));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal(422, answer.Status));
        Assert.Equal(1, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", email));
    }

    [Theory]
    [InlineData("""{"email":"nobody","password":"correct horse"}""", 400, "validation_failed")]
    [InlineData("""{"email":"a@b@c.test","password":"correct horse"}""", 400, "validation_failed")]
    [InlineData("""{"email":"bob@example.test"}""", 400, "validation_failed")]
    [InlineData("""{"email":"bob@example.test","password":"five5"}""", 422, "weak_password")]
    [InlineData("""{"email":"bob@example.test","password":"1234567890123456789012345678901234567890123456789012345678901234567890123"}""", 400, "validation_failed")]
    [InlineData("""{"email":"bob@example.test","password":"nul\u0000nul"}""", 400, "validation_failed")]
    [InlineData("""{"email":"bob@example.test","password":"correct horse","data":{"x":"\u0000"}}""", 400, "validation_failed")]
    [InlineData("""{"email":"bob@example.test","password":"correct horse","data":[1]}""", 400, "bad_json")]
    [InlineData("""{"email":7}""", 400, "bad_json")]
    [InlineData("""{"email":"bob""", 400, "bad_json")]
    [InlineData("""[]""", 400, "bad_json")]
    [InlineData("""{"phone":"+4915112345678","password":"correct horse"}""", 400, "phone_provider_disabled")]
    public async Task Bad_input_is_refused_by_name_and_makes_nobody(string body, int status, string code)
    {
        var answer = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", body);

        Assert.Equal((status, code), (answer.Status, answer.ErrorCode));
        Assert.Equal(status, answer.Json.GetProperty("code").GetInt32());
        Assert.Equal(0, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email like 'bob@%'"));
    }

    [Fact]
    public async Task A_client_of_the_newer_api_version_gets_its_error_shape()
    {
        var answer = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email = "x@y.test", password = "short" }, ("X-Supabase-Api-Version", "2024-01-01"));

        Assert.Equal("weak_password", answer["code"]);
        Assert.Equal("length", answer.Json.GetProperty("weak_password").GetProperty("reasons")[0].GetString());
        Assert.Equal("2024-01-01", answer.Header("X-Supabase-Api-Version"));
    }

    [Fact]
    public async Task Someone_may_come_in_without_a_name_and_take_one_later()
    {
        var answer = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", "{}");
        Assert.True(answer.Json.GetProperty("user").GetProperty("is_anonymous").GetBoolean());
        using var http = _platform.Client(answer["access_token"]);

        var named = await http.SendAsync("PUT", "/auth/v1/user", new { email = "named@example.test", password = "correct horse" });

        Assert.False(named.Json.GetProperty("is_anonymous").GetBoolean());
        var signIn = await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = "named@example.test", password = "correct horse" });
        Assert.Equal(answer.Json.GetProperty("user").GetProperty("id").GetString(), signIn.Json.GetProperty("user").GetProperty("id").GetString());
    }
}
