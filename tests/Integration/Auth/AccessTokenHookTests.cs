using System.Buffers.Text;
using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>A platform with a hook that acts as the last path segment of the person's address says: the tests choose by signing up with it.</summary>
public sealed class HookPlatform : IAsyncLifetime
{
    private const string Hook = """
        create table public.plans (email text primary key, plan text not null);
        alter table public.plans enable row level security, force row level security;
        create policy hooks on public.plans for select to supabase_auth_admin using (true);

        create function public.custom_access_token_hook(event jsonb) returns jsonb language plpgsql as $$
        declare
          claims jsonb := event -> 'claims';
        begin
          case split_part(claims ->> 'email', '-', 1)
            when 'plan' then
              claims := claims || jsonb_build_object('plan', (select p.plan from public.plans p where p.email = claims ->> 'email'));
            when 'event' then
              claims := claims || jsonb_build_object('event', event - 'claims', 'ran_as', current_user);
            when 'refused' then
              return '{"error": {"http_code": 403, "message": "Not on weekends"}}';
            when 'thrown' then raise exception 'secret detail';
            when 'slow' then perform pg_sleep(60);
            when 'bare' then return claims;
            when 'null' then return null;
            when 'incomplete' then claims := claims - 'role' || '{"exp": "tomorrow"}';
            when 'huge' then claims := claims || jsonb_build_object('filler', repeat('x', 20000));
            when 'enormous' then claims := claims || jsonb_build_object('filler', repeat('x', 300000));
            when 'curious' then perform encrypted_password from auth.users;
            else null;
          end case;
          return jsonb_build_object('claims', claims);
        end $$;
        revoke execute on function public.custom_access_token_hook from public;
        grant usage on schema public to supabase_auth_admin;
        grant execute on function public.custom_access_token_hook to supabase_auth_admin;
        grant select on public.plans to supabase_auth_admin;
        """;

    private TestDatabase? _database;

    public TestPlatform Platform { get; private set; } = null!;

    /// <summary>The same with a hook that must be quick.</summary>
    public TestPlatform Impatient { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync(Hook);
        Platform = await StartAsync(_database, "60000");
        Impatient = await StartAsync(_database, "300");
    }

    public async Task DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Impatient.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    private static Task<TestPlatform> StartAsync(TestDatabase database, string milliseconds) => TestPlatform.StartOnAsync(database,
        ("Auth:Hook:CustomAccessTokenUri", "pg-functions://postgres/public/custom_access_token_hook"), ("Auth:Hook:TimeoutMilliseconds", milliseconds));
}

public sealed class AccessTokenHookTests(HookPlatform shared) : IClassFixture<HookPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private Task<Answer> SignUpAsync(string email) => SignUpAsync(_platform, email);

    private static Task<Answer> SignUpAsync(TestPlatform platform, string email) =>
        platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { email, password = "correct horse" });

    private static string Address(string kind) => $"{kind}-{Guid.NewGuid():N}@example.test";

    private static JsonElement Claims(Answer answer) =>
        JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(answer["access_token"]!.Split('.')[1]));

    [Fact]
    public async Task A_claim_that_the_function_adds_is_in_the_token_and_reaches_policies()
    {
        var email = Address("plan");
        await _platform.Database.ExecuteAsync("insert into public.plans values ($1, 'gold')", email);

        var answer = await SignUpAsync(email);

        Assert.Equal("gold", Claims(answer).GetProperty("plan").GetString());
        Assert.Equal(200, (await _platform.Client(answer["access_token"]).SendAsync("GET", "/auth/v1/user")).Status);
    }

    [Fact]
    public async Task The_function_is_told_who_and_how_and_runs_with_rights_of_its_own()
    {
        var email = Address("event");
        var signedUp = await SignUpAsync(email);
        var refreshed = await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = signedUp["refresh_token"] });

        var claims = Claims(signedUp);
        Assert.Equal("supabase_auth_admin", claims.GetProperty("ran_as").GetString());
        Assert.Equal(claims.GetProperty("sub").GetString(), claims.GetProperty("event").GetProperty("user_id").GetString());
        Assert.Equal("127.0.0.1", claims.GetProperty("event").GetProperty("metadata").GetProperty("ip_address").GetString());
        Assert.Equal("password", claims.GetProperty("event").GetProperty("authentication_method").GetString());
        Assert.Equal("token_refresh", Claims(refreshed).GetProperty("event").GetProperty("authentication_method").GetString());
    }

    [Theory]
    [InlineData("refused", 403, "unknown", "Not on weekends")]
    [InlineData("thrown", 500, "unexpected_failure", "Error running hook URI: pg-functions://postgres/public/custom_access_token_hook")]
    [InlineData("curious", 500, "unexpected_failure", "Error running hook URI: pg-functions://postgres/public/custom_access_token_hook")]
    [InlineData("slow", 422, "hook_timeout", "Failed to reach hook within maximum time of 0.3 seconds")]
    [InlineData("bare", 500, "unexpected_failure", "output claims field is missing")]
    [InlineData("null", 500, "unexpected_failure", "output claims field is missing")]
    [InlineData("incomplete", 500, "unexpected_failure",
        "output claims do not conform to the expected schema: \n- (root): role is required\n- exp: Invalid type. Expected: integer, given: string\n")]
    [InlineData("enormous", 422, "hook_payload_over_size_limit", "Payload size exceeded size limit of 204800 bytes")]
    public async Task A_function_that_fails_or_refuses_leaves_no_token_and_no_user(string kind, int status, string code, string message)
    {
        var email = Address(kind);

        var answer = await SignUpAsync(kind == "slow" ? shared.Impatient : _platform, email);

        Assert.Equal((status, code, message), (answer.Status, answer.ErrorCode, answer["msg"]));
        Assert.False(await _platform.Database.ScalarAsync<bool>("select exists (select from auth.users where email = $1)", email));
    }

    [Fact]
    public async Task A_token_too_long_for_its_own_verifier_is_not_handed_out() =>
        Assert.Equal("hook_payload_over_size_limit", (await SignUpAsync(Address("huge"))).ErrorCode);

    [Fact]
    public async Task A_refresh_that_the_function_refuses_spends_no_token()
    {
        var email = Address("plan");
        await _platform.Database.ExecuteAsync("insert into public.plans values ($1, 'gold')", email);
        var token = (await SignUpAsync(email))["refresh_token"]!;
        Task<Answer> Refresh() => _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = token });
        await _platform.Database.ExecuteAsync("update auth.users set email = 'refused-' || email where email = $1", email);

        Assert.Equal(403, (await Refresh()).Status);

        Assert.False(await _platform.Database.ScalarAsync<bool>("select revoked from auth.refresh_tokens where token = $1", token));
        await _platform.Database.ExecuteAsync("update auth.users set email = $1 where email = 'refused-' || $1", email);
        Assert.Equal(200, (await Refresh()).Status);
    }

    [Theory]
    [InlineData("http://example.test/hook")]
    [InlineData("pg-functions://postgres/public")]
    [InlineData("pg-functions://postgres/public/f(); drop table auth.users")]
    public async Task An_address_that_names_no_function_stops_the_start(string uri)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => TestPlatform.StartOnAsync(database, ("Auth:Hook:CustomAccessTokenUri", uri)));

        Assert.Contains("Auth:Hook:CustomAccessTokenUri", failure.Message, StringComparison.Ordinal);
    }
}
