using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Platform;

/// <summary>What SQL written for Supabase asks about the request it runs in.</summary>
public sealed class RequestFunctionTests : IAsyncLifetime
{
    private const string Everything = "select concat_ws('|', coalesce(auth.uid()::text, '-'), coalesce(auth.role(), '-'), coalesce(auth.email(), '-'), coalesce(auth.jwt() ->> 'x', '-'))";

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync("icreatetechs");
    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("", "-|-|-|-")]
    [InlineData("{}", "-|-|-|-")]
    [InlineData("""{"sub":"00000000-0000-4000-8000-000000000001","role":"authenticated","email":"a@example.com","x":"y"}""", "00000000-0000-4000-8000-000000000001|authenticated|a@example.com|y")]
    public async Task The_claims_answer_who_asks(string claims, string expected)
    {
        await using var session = await _database.OpenAsync("anon", claims);
        Assert.Equal(expected, await session.ScalarAsync<string>(Everything));
    }

    [Fact]
    public async Task A_connection_that_never_had_a_request_answers_nobody()
    {
        await using var connection = await _database.OpenAdminAsync();
        await using var command = new Npgsql.NpgsqlCommand(Everything, connection);
        Assert.Equal("-|-|-|-", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task One_setting_per_claim_as_older_SQL_has_it_wins()
    {
        await using var session = await _database.OpenAsync("anon", """{"sub":"00000000-0000-4000-8000-000000000001","role":"authenticated"}""");
        await session.ExecuteAsync("select set_config('request.jwt.claim.sub', '00000000-0000-4000-8000-000000000002', true), set_config('request.jwt.claim.role', 'anon', true)");
        Assert.Equal("00000000-0000-4000-8000-000000000002|anon|-|-", await session.ScalarAsync<string>(Everything));
    }

    [Theory]
    [InlineData("""{"x-forwarded-for":"203.0.113.7, 10.0.0.1","user-agent":"curl/8"}""", "203.0.113.7|curl/8")]
    [InlineData("""{"x-forwarded-for":"2001:db8::1"}""", "2001:db8::1|-")]
    [InlineData("""{"x-forwarded-for":"'; drop table users"}""", "-|-")]
    [InlineData("", "-|-")]
    public async Task The_request_says_where_it_comes_from_and_nonsense_is_nothing(string headers, string expected)
    {
        await using var session = await _database.OpenAsync("anon");
        await session.ExecuteAsync("select set_config('request.headers', $1, true)", headers);
        Assert.Equal(expected, await session.ScalarAsync<string>("select coalesce(host(hedgerow.request_address()), '-') || '|' || coalesce(hedgerow.request_agent(), '-')"));
    }

    [Theory]
    [InlineData("a/b/photo.tar.gz", "a,b|photo.tar.gz|gz")]
    [InlineData("photo", "|photo|")]
    [InlineData("a/.hidden", "a|.hidden|hidden")]
    public async Task Storage_takes_object_names_apart(string name, string expected)
    {
        await using var session = await _database.OpenAsync("anon");
        Assert.Equal(expected, await session.ScalarAsync<string>(
            "select array_to_string(storage.foldername($1), ',') || '|' || storage.filename($1) || '|' || storage.extension($1)", name));
    }

    [Fact]
    public async Task Nobody_but_the_auth_room_reads_accounts()
    {
        foreach (var role in new[] { "anon", "authenticated", "service_role", "hedgerow_storage", "hedgerow_jobs", "hedgerow_realtime" })
        {
            await using var session = await _database.OpenAsync(role);
            Assert.Equal("42501", await session.RefusalAsync("select * from auth.users"));
        }
        await using var auth = await _database.OpenAsync("hedgerow_auth");
        Assert.Null(await auth.RefusalAsync("select * from auth.users, auth.sessions, auth.refresh_tokens"));
        Assert.Equal("42501", await auth.RefusalAsync("select * from public.users"));
        Assert.Equal("42501", await auth.RefusalAsync("create table auth.mine ()"));
    }
}
