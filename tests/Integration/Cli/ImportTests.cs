using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Cli;

public sealed class ImportTests
{
    private static async Task<(int ExitCode, string Said)> ImportAsync(TestDatabase database, TemporaryState state, params string[] lines)
    {
        Directory.CreateDirectory(state.Path);
        var file = Path.Combine(state.Path, "users.jsonl");
        await File.WriteAllLinesAsync(file, lines);
        return await HedgerowProcess.RunAsync("auth", "import", file, "--state", state.Path, "--db", DatabaseUrl.Format(database.AdminConnectionString));
    }

    private static string Line(object user) => JsonSerializer.Serialize(user);

    [Fact]
    public async Task What_one_project_exports_another_imports_and_people_sign_in_as_before()
    {
        await using var from = await TestPlatform.StartAsync();
        await using var database = await TestDatabase.CreateAsync();
        using var state = new TemporaryState();
        var ada = await from.SignUpAsync("ada@example.test");
        await ada.Http.SendAsync("PUT", "/auth/v1/user", new { data = new { full_name = "Ada" } });
        await from.Service.SendAsync("PUT", $"/auth/v1/admin/users/{ada.Id}", new { app_metadata = new { plan = "pro" } });
        await from.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        var export = await from.Database.ScalarAsync<string>("""
            select string_agg((to_jsonb(u) || jsonb_build_object('identities', (select jsonb_agg(i) from auth.identities i where i.user_id = u.id)))::text, E'\n')
            from auth.users u
            """);

        var (exitCode, said) = await ImportAsync(database, state, export!.Split('\n'));

        Assert.True(exitCode == 0, said);
        Assert.Contains("2 imported, 0 there already, 0 refused", said, StringComparison.Ordinal);
        await using var to = await TestPlatform.StartOnAsync(database);
        var answer = await to.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = "ada@example.test", password = "correct horse" });
        var user = answer.Json.GetProperty("user");
        Assert.Equal(ada.Id.ToString(), user.GetProperty("id").GetString());
        Assert.Equal("Ada", user.GetProperty("user_metadata").GetProperty("full_name").GetString());
        Assert.Equal("pro", user.GetProperty("app_metadata").GetProperty("plan").GetString());
        Assert.Equal("email", user.GetProperty("identities")[0].GetProperty("provider").GetString());
        // As for whoever signs up: a user of every application.
        Assert.True(await database.ScalarAsync<bool>("select exists (select from public.users where id = $1)", ada.Id));

        var again = await ImportAsync(database, state, export.Split('\n'));
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("0 imported, 2 there already, 0 refused", again.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_cannot_be_imported_is_named_and_the_others_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var state = new TemporaryState();
        var taken = Guid.NewGuid();
        string[] lines =
        [
            Line(new { id = Guid.NewGuid(), email = "First@Example.test" }),
            "not json",
            Line(new { id = "1", email = "x@example.test" }),
            Line(new { id = Guid.NewGuid(), email = "first@example.test" }),
            Line(new { id = Guid.NewGuid(), email = "hash@example.test", encrypted_password = "md5" }),
            "",
            Line(new { id = taken, email = "half@example.test", identities = new[] { new { provider = "github", provider_id = "1", identity_data = new { sub = "1" } }, new { provider = "github", provider_id = "1", identity_data = new { sub = "1" } } } }),
            Line(new { id = Guid.NewGuid(), email = "when@example.test", created_at = "yesterday-ish" }),
            Line(new { id = Guid.NewGuid() }),
            Line(new { id = Guid.NewGuid(), phone = "+4917012345", user_metadata = new { a = 1 } }),
            """{"id":"5b0a0b3e-0000-4000-8000-000000000001","email":"nul@example.test","raw_user_meta_data":{"a":"\u0000"}}""",
        ];

        var (exitCode, said) = await ImportAsync(database, state, lines);

        Assert.Equal(1, exitCode);
        Assert.Contains("2 imported, 0 there already, 8 refused", said, StringComparison.Ordinal);
        Assert.Contains("line 2: is not valid JSON", said, StringComparison.Ordinal);
        Assert.Contains("line 3: id is missing or no UUID", said, StringComparison.Ordinal);
        Assert.Contains("line 4: another user has the e-mail address", said, StringComparison.Ordinal);
        Assert.Contains("line 5: encrypted_password is no bcrypt hash", said, StringComparison.Ordinal);
        Assert.Contains("line 7: another user has one of the identities", said, StringComparison.Ordinal);
        Assert.Contains("line 8: invalid input syntax", said, StringComparison.Ordinal);
        Assert.Contains("line 9: has neither", said, StringComparison.Ordinal);
        Assert.Contains("line 11: a text holds U+0000", said, StringComparison.Ordinal);
        Assert.False(await database.ScalarAsync<bool>("select exists (select from auth.users where id = $1)", taken));
        Assert.Equal(2L, await database.ScalarAsync<long>("select count(*) from auth.users"));
        Assert.Equal("first@example.test", await database.ScalarAsync<string>("select email from auth.identities where provider = 'email'"));
    }

    [Fact]
    public async Task Thousands_of_users_are_imported_and_only_the_bad_ones_are_not()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var state = new TemporaryState();
        var lines = Enumerable.Range(0, 1500).Select(i => Line(new { id = Guid.NewGuid(), email = $"user{(i % 700 == 699 ? 0 : i)}@example.test", email_confirmed_at = "2026-01-01T00:00:00Z" }));

        var (exitCode, said) = await ImportAsync(database, state, [.. lines]);

        Assert.Equal(1, exitCode);
        Assert.Contains("1,498 imported, 0 there already, 2 refused", said, StringComparison.Ordinal);
        Assert.Contains("line 700: another user has the e-mail address", said, StringComparison.Ordinal);
        Assert.Equal(1498L, await database.ScalarAsync<long>("select count(*) from auth.identities where (identity_data ->> 'email_verified')::boolean"));
    }
}
