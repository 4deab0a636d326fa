using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class AdminUserTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private Task<Answer> CreateAsync(object body) => _platform.Service.SendAsync("POST", "/auth/v1/admin/users", body);

    private Task<Answer> SignInAsync(string email, string password) =>
        _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email, password });

    [Fact]
    public async Task Only_the_service_role_is_let_in()
    {
        var user = await _platform.SignUpAsync();
        using var nobody = _platform.Client(null);

        foreach (var (method, path) in new[] { ("GET", "/auth/v1/admin/users"), ("POST", "/auth/v1/admin/users"), ("DELETE", $"/auth/v1/admin/users/{user.Id}") })
        {
            Assert.Equal((403, "not_admin"), await RefusalAsync(user.Http, method, path));
            Assert.Equal((403, "not_admin"), await RefusalAsync(_platform.Anonymous, method, path));
            Assert.Equal((401, "no_authorization"), await RefusalAsync(nobody, method, path));
        }
    }

    [Fact]
    public async Task A_user_made_by_the_service_role_signs_in()
    {
        var made = await CreateAsync(new { email = "made@example.test", password = "correct horse", email_confirm = true, app_metadata = new { plan = "pro" } });

        Assert.Equal("pro", made.Json.GetProperty("app_metadata").GetProperty("plan").GetString());
        Assert.Equal(200, (await SignInAsync("made@example.test", "correct horse")).Status);
    }

    [Fact]
    public async Task Without_a_confirmed_address_there_is_no_way_in()
    {
        await CreateAsync(new { email = "unconfirmed@example.test", password = "correct horse" });

        Assert.Equal("email_not_confirmed", (await SignInAsync("unconfirmed@example.test", "correct horse")).ErrorCode);
    }

    [Fact]
    public async Task An_imported_hash_is_taken_as_it_is()
    {
        var hash = await _platform.Database.ScalarAsync<string>("select extensions.crypt('imported', extensions.gen_salt('bf', 4))");
        await CreateAsync(new { email = "imported@example.test", password_hash = hash, email_confirm = true });

        Assert.Equal(200, (await SignInAsync("imported@example.test", "imported")).Status);
        Assert.Equal("validation_failed", (await CreateAsync(new { email = "bad@example.test", password_hash = "md5" })).ErrorCode);
    }

    [Fact]
    public async Task What_was_mailed_opens_nothing_once_the_service_role_has_changed_the_account()
    {
        foreach (var change in new object[] { new { password = "battery staple" }, new { phone = PhonePlatform.NewNumber() }, new { email = MailSteps.Fresh() } })
        {
            var user = await _platform.SignUpAsync();
            var link = await _platform.Service.SendAsync("POST", "/auth/v1/admin/generate_link", new { type = "recovery", email = user.Email });

            Assert.Equal(200, (await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.Id}", change)).Status);

            var opened = await _platform.Anonymous.SendAsync("POST", "/auth/v1/verify", new { type = "recovery", token_hash = link["hashed_token"] });
            Assert.Equal((403, "otp_expired"), (opened.Status, opened.ErrorCode));
        }
    }

    [Fact]
    public async Task An_empty_password_is_a_weak_one_and_no_absent_one()
    {
        var user = await _platform.SignUpAsync();

        foreach (var answer in new[]
        {
            await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "" }),
            await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.Id}", new { password = "" }),
        })
            Assert.Equal((422, "weak_password"), (answer.Status, answer.ErrorCode));

        Assert.Equal(200, (await SignInAsync(user.Email, "correct horse")).Status);
    }

    [Fact]
    public async Task Nobody_sets_their_own_app_metadata()
    {
        var user = await _platform.SignUpAsync();

        var refused = await user.Http.SendAsync("PUT", "/auth/v1/user", new { data = new { name = "Ada" }, app_metadata = new { plan = "pro" } });

        Assert.Equal((403, "not_admin"), (refused.Status, refused.ErrorCode));
        var unchanged = await user.Http.SendAsync("GET", "/auth/v1/user");
        Assert.False(unchanged.Json.GetProperty("user_metadata").TryGetProperty("name", out _));
    }

    [Fact]
    public async Task A_banned_user_is_out_until_the_ban_is_lifted()
    {
        var user = await _platform.SignUpAsync();

        await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.Id}", new { ban_duration = "1h30m" });
        Assert.Equal("user_banned", (await SignInAsync(user.Email, "correct horse")).ErrorCode);
        Assert.Equal("user_banned", (await user.Http.SendAsync("GET", "/auth/v1/user")).ErrorCode);

        await _platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.Id}", new { ban_duration = "none" });
        Assert.Equal(200, (await SignInAsync(user.Email, "correct horse")).Status);
    }

    [Fact]
    public async Task A_deleted_user_is_gone_with_every_session()
    {
        var user = await _platform.SignUpAsync();

        Assert.Equal(200, (await _platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{user.Id}")).Status);

        Assert.Equal((403, "user_not_found"), await RefusalAsync(user.Http, "GET", "/auth/v1/user"));
        Assert.Equal((404, "user_not_found"), await RefusalAsync(_platform.Service, "GET", $"/auth/v1/admin/users/{user.Id}"));
    }

    [Fact]
    public async Task A_softly_deleted_user_leaves_a_row_without_a_name_and_frees_the_address()
    {
        var user = await _platform.SignUpAsync();

        await _platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{user.Id}", new { should_soft_delete = true });

        Assert.Equal(1, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where id = $1 and email <> $2 and deleted_at is not null", user.Id, user.Email));
        Assert.Equal("invalid_credentials", (await SignInAsync(user.Email, "correct horse")).ErrorCode);
        Assert.NotEqual(user.Id, (await _platform.SignUpAsync(user.Email)).Id);
    }

    [Fact]
    public async Task Administrators_see_a_softly_deleted_user_who_can_still_be_deleted_for_good()
    {
        var user = await _platform.SignUpAsync();
        var place = $"/auth/v1/admin/users/{user.Id}";
        await _platform.Service.SendAsync("DELETE", place, new { should_soft_delete = true });

        var left = await _platform.Service.SendAsync("GET", place);
        var listed = await _platform.Service.SendAsync("GET", "/auth/v1/admin/users?per_page=1000");
        Assert.Equal(200, (await _platform.Service.SendAsync("DELETE", place, new { should_soft_delete = true })).Status);
        var again = await _platform.Service.SendAsync("GET", place);
        Assert.Equal(200, (await _platform.Service.SendAsync("DELETE", place)).Status);

        Assert.NotEqual(user.Email, left["email"]);
        Assert.Equal(left["deleted_at"], again["deleted_at"]);
        Assert.Contains(listed.Json.GetProperty("users").EnumerateArray(), u => u.GetProperty("id").GetString() == left["id"] && u.TryGetProperty("deleted_at", out _));
        Assert.Equal((404, "user_not_found"), await RefusalAsync(_platform.Service, "GET", place));
    }

    [Fact]
    public async Task The_list_is_paged_filtered_and_says_how_many_there_are()
    {
        for (var i = 0; i < 3; i++) await _platform.SignUpAsync($"paged{i}_{Guid.NewGuid():N}@example.test");
        await _platform.SignUpAsync($"pagedX{Guid.NewGuid():N}@example.test");

        var page = await _platform.Service.SendAsync("GET", "/auth/v1/admin/users?page=2&per_page=2&filter=paged");
        var exact = await _platform.Service.SendAsync("GET", "/auth/v1/admin/users?filter=paged0_");

        Assert.Equal(2, page.Json.GetProperty("users").GetArrayLength());
        Assert.Equal("4", page.Header("X-Total-Count"));
        Assert.Contains("rel=\"last\"", page.Header("Link"), StringComparison.Ordinal);
        Assert.Equal("1", exact.Header("X-Total-Count"));
    }

    [Theory]
    [InlineData("PUT", "/auth/v1/admin/users/not-a-uuid", 404, "validation_failed")]
    [InlineData("GET", "/auth/v1/admin/users/00000000-0000-0000-0000-000000000001", 404, "user_not_found")]
    [InlineData("GET", "/auth/v1/admin/users?page=0", 400, "validation_failed")]
    [InlineData("GET", "/auth/v1/admin/users?per_page=x", 400, "validation_failed")]
    [InlineData("GET", "/auth/v1/admin/users?page=999999999999", 400, "validation_failed")]
    public async Task Bad_input_is_refused_by_name(string method, string path, int status, string code) =>
        Assert.Equal((status, code), await RefusalAsync(_platform.Service, method, path));

    [Theory]
    [InlineData("""{"email":"x@example.test","ban_duration":"soon"}""")]
    [InlineData("""{"email":"x@example.test","id":"1"}""")]
    [InlineData("""{"email":"x@example.test","phone":"abc"}""")]
    [InlineData("""{"password":"correct horse"}""")]
    public async Task A_user_that_makes_no_sense_is_not_made(string body) =>
        Assert.Equal((400, "validation_failed"), await _platform.Service.SendAsync("POST", "/auth/v1/admin/users", body) is var answer ? (answer.Status, answer.ErrorCode) : default);

    private static async Task<(int, string?)> RefusalAsync(HttpClient client, string method, string path)
    {
        var answer = await client.SendAsync(method, path, method is "POST" or "PUT" ? "{}" : null);
        return (answer.Status, answer.ErrorCode);
    }
}
