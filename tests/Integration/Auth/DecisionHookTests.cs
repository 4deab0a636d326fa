using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Functions that decide over new users, passwords and second factors.</summary>
public sealed class DecisionHookPlatform : IAsyncLifetime
{
    private const string Functions = """
        create table public.attempts (user_id uuid not null, kind text not null, is_right boolean not null, by_role text not null);
        alter table public.attempts enable row level security, force row level security;
        create policy hooks on public.attempts to supabase_auth_admin using (true) with check (true);

        create function public.before_user_created(event jsonb) returns jsonb language sql as $$
          select case
            when event #>> '{user,email}' like 'refused-%' then '{"error": {"http_code": 403, "message": "Only colleagues"}}'
            when event #>> '{user,email}' like 'rejected-%' then '{"decision": "reject", "message": "Not today"}'
            when event #>> '{user,user_metadata,robot}' is not null then '{"error": {"http_code": 418, "message": "No robots"}}'
            else '{}'
          end::jsonb
        $$;

        create function public.password_attempt(event jsonb) returns jsonb language plpgsql as $$
        declare
          failed integer;
        begin
          insert into public.attempts values ((event ->> 'user_id')::uuid, 'password', (event ->> 'valid')::boolean, current_user);
          select count(*) into failed from public.attempts where user_id = (event ->> 'user_id')::uuid and not is_right;
          if failed >= 2 then return '{"decision": "reject", "message": "Locked", "should_logout_user": true}'; end if;
          return '{"decision": "continue"}';
        end $$;

        create function public.mfa_attempt(event jsonb) returns jsonb language plpgsql as $$
        begin
          insert into public.attempts values ((event ->> 'user_id')::uuid, event ->> 'factor_type', (event ->> 'valid')::boolean, current_user);
          return case when (event ->> 'valid')::boolean then '{"decision": "continue"}' else '{"decision": "reject"}' end::jsonb;
        end $$;

        revoke execute on function public.before_user_created, public.password_attempt, public.mfa_attempt from public;
        grant usage on schema public to supabase_auth_admin;
        grant execute on function public.before_user_created, public.password_attempt, public.mfa_attempt to supabase_auth_admin;
        grant select, insert on public.attempts to supabase_auth_admin;
        """;

    private TestDatabase? _database;

    public TestPlatform Platform { get; private set; } = null!;

    /// <summary>The same, where addresses are confirmed by mail.</summary>
    public TestPlatform Careful { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync(Functions);
        (string, string)[] settings =
        [
            ("Auth:Hook:BeforeUserCreatedUri", "pg-functions://postgres/public/before_user_created"),
            ("Auth:Hook:PasswordVerificationAttemptUri", "pg-functions://postgres/public/password_attempt"),
            ("Auth:Hook:MfaVerificationAttemptUri", "pg-functions://postgres/public/mfa_attempt"),
            ("Encryption:PrivateKey", "what encrypts in these tests"), ("Auth:Sms:Enabled", "true"), ("Auth:Mail:DevInbox", "true"), ("Auth:Mail:MaxFrequency", "0"),
            ("Auth:Hook:TimeoutMilliseconds", "60000"),
        ];
        Platform = await TestPlatform.StartOnAsync(_database, settings);
        Careful = await TestPlatform.StartOnAsync(_database, [.. settings, ("Auth:AutoConfirm", "false")]);
    }

    public async Task DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Careful.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }
}

public sealed class DecisionHookTests(DecisionHookPlatform shared) : IClassFixture<DecisionHookPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private Task<long> UsersAsync(string email) => _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", email)!;

    [Theory]
    [InlineData("refused", "Only colleagues")]
    [InlineData("rejected", "Not today")]
    public async Task Whom_the_hook_refuses_becomes_no_user_whichever_way_they_come(string name, string message)
    {
        var email = MailSteps.Fresh(name);

        foreach (var answer in new[]
        {
            await _platform.AskAsync("signup", new { email, password = "correct horse" }),
            await shared.Careful.AskAsync("signup", new { email, password = "correct horse" }),
            await _platform.AskAsync("otp", new { email }),
            await _platform.AskAsync("magiclink", new { email }),
            await _platform.Service.SendAsync("POST", "/auth/v1/invite", new { email }),
            await _platform.Service.SendAsync("POST", "/auth/v1/admin/generate_link", new { type = "signup", email, password = "correct horse" }),
            await _platform.Service.SendAsync("POST", "/auth/v1/admin/generate_link", new { type = "invite", email }),
        })
            Assert.Equal((403, message), (answer.Status, answer["msg"]));

        Assert.Equal(0, await UsersAsync(email));
        Assert.Empty(await _platform.MailsAsync(email));
        Assert.Equal(200, (await _platform.Service.SendAsync("POST", "/auth/v1/admin/users", new { email, email_confirm = true })).Status);
        // Who is there already signs in as ever.
        Assert.Equal(200, (await _platform.AskAsync("otp", new { email })).Status);
    }

    [Fact]
    public async Task A_sign_up_tells_nothing_of_whether_the_address_is_known()
    {
        var email = MailSteps.Fresh("refused");
        await _platform.Service.SendAsync("POST", "/auth/v1/admin/users", new { email, email_confirm = true });

        var (known, unknown) = (
            await shared.Careful.AskAsync("signup", new { email, password = "correct horse" }),
            await shared.Careful.AskAsync("signup", new { email = MailSteps.Fresh("refused"), password = "correct horse" }));

        Assert.Equal(unknown.Json.ToString(), known.Json.ToString());
        Assert.Equal(403, known.Status);
    }

    [Fact]
    public async Task Anonymous_people_and_phones_are_asked_about_too()
    {
        Assert.Equal((418, "No robots"), (await _platform.AskAsync("signup", new { data = new { robot = true } })) is var a ? (a.Status, a["msg"]) : default);
        Assert.Equal((418, "No robots"), (await _platform.AskAsync("otp", new { phone = PhonePlatform.NewNumber(), data = new { robot = true } })) is var b ? (b.Status, b["msg"]) : default);
        Assert.Equal(200, (await _platform.AskAsync("signup", new { })).Status);
    }

    [Fact]
    public async Task Each_password_is_told_and_a_refusal_holds_for_the_right_one_too_and_ends_the_sessions()
    {
        var user = await _platform.SignUpAsync();
        Assert.Equal(200, (await _platform.SignInAsync(user.Email)).Status);
        Assert.Equal((400, "Invalid login credentials"), (await _platform.SignInAsync(user.Email, "wrong")) is var first ? (first.Status, first["msg"]) : default);

        var refused = await _platform.SignInAsync(user.Email, "wrong");
        var right = await _platform.SignInAsync(user.Email);

        Assert.Equal((400, "invalid_credentials", "Locked"), (refused.Status, refused.ErrorCode, refused["msg"]));
        Assert.Equal((400, "Locked"), (right.Status, right["msg"]));
        Assert.Equal("session_not_found", (await user.Http.SendAsync("GET", "/auth/v1/user")).ErrorCode);
        Assert.Equal("true false false true supabase_auth_admin", await _platform.Database.ScalarAsync<string>(
            "select string_agg(is_right::text, ' ') || ' ' || min(by_role) from public.attempts where user_id = $1", user.Id));
        Assert.Equal(400, (await _platform.SignInAsync(MailSteps.Fresh(), "wrong")).Status);
    }

    [Fact]
    public async Task A_refused_second_factor_signs_the_person_out()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        user = await user.RaiseAsync(app, _platform);

        var refused = await user.ChallengeAndAnswerAsync(app.Factor, app.WrongCode());

        Assert.Equal((403, "mfa_verification_rejected", "Further MFA verification attempts will be rejected."), (refused.Status, refused.ErrorCode, refused["msg"]));
        Assert.Equal("session_not_found", (await user.Http.SendAsync("GET", "/auth/v1/user")).ErrorCode);
        Assert.Equal("true false", await _platform.Database.ScalarAsync<string>(
            "select string_agg(is_right::text, ' ') from public.attempts where user_id = $1 and kind = 'totp'", user.Id));
    }
}

/// <summary>The same over HTTP, signed.</summary>
public sealed class HttpHookTests
{
    private static readonly byte[] s_secret = "sixteen bytes and more"u8.ToArray();

    private static (string, string)[] Settings(string url, string hook) =>
    [
        ($"Auth:Hook:{hook}Uri", url + "/hook"), ($"Auth:Hook:{hook}Secrets", $"v1,whsec_{Convert.ToBase64String(s_secret)}"),
        ("Auth:Hook:HttpTimeoutMilliseconds", "60000"), ("Auth:Mail:Smtp:RetryDelay", "1"), ("Auth:Mail:MaxFrequency", "0"),
    ];

    private static JsonElement Payload(HeardRequest heard)
    {
        var signed = $"{heard.Headers["webhook-id"]}.{heard.Headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(heard.Body)}";
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(s_secret, Encoding.UTF8.GetBytes(signed)))}", heard.Headers["webhook-signature"]);
        return JsonSerializer.Deserialize<JsonElement>(heard.Body);
    }

    [Fact]
    public async Task Who_wants_to_become_a_user_is_shown_and_may_be_refused()
    {
        await using var echo = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync(Settings(echo.Url, "BeforeUserCreated"));
        var user = await platform.SignUpAsync();
        var payload = Payload(echo.Heard[0]);
        Assert.Equal("before-user-created", payload.GetProperty("metadata").GetProperty("name").GetString());
        Assert.Equal(user.Id, payload.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal("email", payload.GetProperty("user").GetProperty("app_metadata").GetProperty("provider").GetString());

        foreach (var (status, body, expected) in new[]
        {
            (200, """{"error":{"http_code":422,"message":"No"}}""", (422, "unknown")),
            (500, "{}", (500, "unexpected_failure")),
            (200, "no json", (500, "unexpected_failure")),
            (200, new string(' ', 300_000), (422, "hook_payload_over_size_limit")),
        })
        {
            echo.AnswerNext(status, body);
            var email = MailSteps.Fresh();
            var answer = await platform.AskAsync("signup", new { email, password = "correct horse" });
            Assert.Equal(expected, (answer.Status, answer.ErrorCode));
            Assert.Equal(0, await platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", email));
        }
    }

    [Fact]
    public async Task A_hook_that_does_not_answer_refuses()
    {
        using var gone = new HeldPort();
        await using var platform = await TestPlatform.StartAsync(Settings($"http://127.0.0.1:{gone.Number}", "PasswordVerificationAttempt"));
        var user = await platform.SignUpAsync();

        var answer = await platform.SignInAsync(user.Email);

        Assert.Equal((422, "hook_timeout_after_retry"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Claims_may_come_over_http()
    {
        await using var echo = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync(Settings(echo.Url, "CustomAccessToken"));
        echo.AnswerNext(200, "{}");

        Assert.Equal("output claims field is missing", (await platform.AskAsync("signup", new { }))["msg"]);

        var claims = Payload(echo.Heard[0]).GetProperty("claims").ToString();
        echo.AnswerNext(200, $"{{\"claims\":{claims[..^1]},\"plan\":\"gold\"}}}}");
        Assert.Equal(200, (await platform.AskAsync("signup", new { })).Status);
    }

    [Fact]
    public async Task Mails_are_handed_over_with_what_they_need()
    {
        await using var echo = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync([.. Settings(echo.Url, "SendEmail"), ("Auth:AutoConfirm", "false"), ("Auth:Mail:Notifications:EmailChanged", "true")]);
        var (before, after) = (MailSteps.Fresh(), MailSteps.Fresh());
        await platform.AskAsync("signup", new { email = before, password = "correct horse" });
        var signUp = Payload((await echo.HearAsync(1))[0]);
        var data = signUp.GetProperty("email_data");
        Assert.Equal((before, "signup"), (signUp.GetProperty("user").GetProperty("email").GetString(), data.GetProperty("email_action_type").GetString()));
        var user = TestUser.From((await platform.VerifyAsync(new { type = "signup", email = before, token = data.GetProperty("token").GetString() })).Json, platform);

        // One hand-over for both addresses; of each the code and the hash fit together as in Supabase.
        await user.Http.SendAsync("PUT", "/auth/v1/user", new { email = after });
        data = Payload((await echo.HearAsync(2))[1]).GetProperty("email_data");
        Assert.Equal(200, (await platform.VerifyAsync(new { type = "email_change", email = before, token = data.GetProperty("token").GetString() })).Status);
        Assert.Equal(200, (await platform.VerifyAsync(new { type = "email_change", token_hash = data.GetProperty("token_hash").GetString() })).Status);
        Assert.Equal(after, await platform.Database.ScalarAsync<string>("select email from auth.users where id = $1", user.Id));

        data = Payload((await echo.HearAsync(3))[2]).GetProperty("email_data");
        Assert.Equal(("email_changed_notification", before), (data.GetProperty("email_action_type").GetString(), data.GetProperty("old_email").GetString()));
        while (await platform.Database.ScalarAsync<bool>("select exists (select from auth.mail_queue)")) await Task.Yield();
    }

    [Fact]
    public async Task A_function_may_take_the_messages()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("""
            create table public.outbox (event jsonb not null);
            alter table public.outbox enable row level security, force row level security;
            create policy hooks on public.outbox for insert to supabase_auth_admin with check (true);
            create function public.send_message(event jsonb) returns jsonb language sql as $$ insert into public.outbox values (event) returning '{}'::jsonb $$;
            grant usage on schema public to supabase_auth_admin;
            grant insert on public.outbox to supabase_auth_admin;
            """);
        await using var platform = await TestPlatform.StartOnAsync(database,
            ("Auth:Hook:SendEmailUri", "pg-functions://postgres/public/send_message"), ("Auth:Hook:SendSmsUri", "pg-functions://postgres/public/send_message"),
            ("Auth:Sms:Enabled", "true"), ("Auth:Hook:TimeoutMilliseconds", "60000"));

        await platform.AskAsync("otp", new { email = MailSteps.Fresh() });
        await platform.AskAsync("otp", new { phone = PhonePlatform.NewNumber() });

        await database.UntilAsync("select count(*) = 2 from public.outbox");
        Assert.Equal("magiclink send-email / sms", await database.ScalarAsync<string>(
            "select max((event #>> '{email_data,email_action_type}') || ' ' || (event #>> '{metadata,name}')) || ' / ' || max(case when event #>> '{sms,otp}' <> '' then 'sms' end) from public.outbox"));
    }

    [Theory]
    [InlineData("Auth:Hook:SendEmailUri", "http://example.com/hook", "must be pg-functions")]
    [InlineData("Auth:Hook:BeforeUserCreatedUri", "https://example.com/hook", "is missing; what is sent to a hook is signed")]
    public async Task A_hook_that_cannot_be_asked_stops_the_start(string setting, string value, string problem)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestPlatform.StartAsync((setting, value)));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
