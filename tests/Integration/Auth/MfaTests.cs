using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class MfaTests(MfaPlatform shared) : IClassFixture<MfaPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    private static (int, string?) Refusal(Answer answer) => (answer.Status, answer.ErrorCode);

    [Fact]
    public async Task Enrolling_gives_a_secret_an_address_and_a_picture_once()
    {
        var user = await _platform.SignUpAsync();

        var answer = await user.EnrolAsync("phone", "Acme");

        var totp = answer.Json.GetProperty("totp");
        Assert.Equal("totp", answer["type"]);
        Assert.Matches("^[A-Z2-7]{32}$", totp.GetProperty("secret").GetString());
        Assert.StartsWith("otpauth://totp/Acme:", totp.GetProperty("uri").GetString());
        Assert.StartsWith("<svg", totp.GetProperty("qr_code").GetString());
        var factor = (await user.Http.SendAsync("GET", "/auth/v1/user")).Json.GetProperty("factors")[0];
        Assert.Equal("unverified", factor.GetProperty("status").GetString());
        Assert.False(factor.TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task The_secret_is_encrypted_in_the_table()
    {
        var user = await _platform.SignUpAsync();
        var secret = (await user.EnrolAsync()).Json.GetProperty("totp").GetProperty("secret").GetString()!;

        var stored = await _platform.Database.ScalarAsync<string>("select secret from auth.mfa_factors where user_id = $1", user.Id);

        Assert.StartsWith("aes-gcm:", stored);
        Assert.DoesNotContain(secret, stored!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_factor_that_was_imported_with_its_secret_in_clear_works()
    {
        var user = await _platform.SignUpAsync();
        var app = new Authenticator(Guid.NewGuid(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        await _platform.Database.ExecuteAsync("""
            insert into auth.mfa_factors (id, user_id, factor_type, status, secret, created_at, updated_at)
            values ($1, $2, 'totp', 'verified', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', now(), now())
            """, app.Factor, user.Id);

        Assert.Equal("aal2", (await user.RaiseAsync(app, _platform)).Claims().GetProperty("aal").GetString());
    }

    [Fact]
    public async Task The_right_code_raises_the_session_and_says_how()
    {
        var user = await _platform.SignUpAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1;

        var raised = await user.RaiseAsync(await user.AppAsync(), _platform);

        var claims = raised.Claims();
        Assert.Equal("aal2", claims.GetProperty("aal").GetString());
        Assert.Equal(user.Claims().GetProperty("session_id").GetString(), claims.GetProperty("session_id").GetString());
        var amr = claims.GetProperty("amr");
        Assert.Equal(["totp", "password"], amr.EnumerateArray().Select(method => method.GetProperty("method").GetString()));
        Assert.InRange(amr[0].GetProperty("timestamp").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        Assert.Equal("aal2 totp", await _platform.Database.ScalarAsync<string>(
            "select s.aal || ' ' || f.factor_type from auth.sessions s join auth.mfa_factors f on f.id = s.factor_id where s.user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_raised_session_stays_raised_when_it_is_refreshed()
    {
        var user = await _platform.SignUpAsync();
        var raised = await user.RaiseAsync(await user.AppAsync(), _platform);

        var refreshed = await _platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=refresh_token", new { refresh_token = raised.RefreshToken });

        var claims = TestUser.From(refreshed.Json, _platform).Claims();
        Assert.Equal("aal2", claims.GetProperty("aal").GetString());
        Assert.Equal(2, claims.GetProperty("amr").GetArrayLength());
    }

    [Fact]
    public async Task The_right_code_ends_sessions_that_proved_less_and_spares_those_that_proved_as_much()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var first = await user.RaiseAsync(app, _platform);
        var second = await first.SignInAgainAsync(_platform);
        var third = await first.SignInAgainAsync(_platform);

        await second.RaiseAsync(app, _platform);

        Assert.Equal(200, (await first.Http.SendAsync("GET", "/auth/v1/user")).Status);
        Assert.Equal(200, (await second.Http.SendAsync("GET", "/auth/v1/user")).Status);
        Assert.Equal((403, "session_not_found"), Refusal(await third.Http.SendAsync("GET", "/auth/v1/user")));
    }

    [Fact]
    public async Task A_session_that_is_being_refreshed_while_it_ends_holds_nobody_up()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var other = await user.SignInAgainAsync(_platform);
        var challenge = await user.ChallengeAsync(app.Factor);
        // A refresh, step by step: it has its session and goes for its token.
        await using var connection = await _platform.Database.OpenAdminAsync();
        await using var refresh = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Parameters.AddWithValue(other.RefreshToken);
        command.CommandText = "select from auth.sessions where id = (select session_id from auth.refresh_tokens where token = $1) for update";
        await command.ExecuteNonQueryAsync();
        var answer = user.AnswerAsync(app.Factor, challenge, app.NextCode());
        while (!answer.IsCompleted && !await IsWaitingAsync()) await Task.Yield();

        command.CommandText = "select from auth.refresh_tokens where token = $1 for update";
        await command.ExecuteNonQueryAsync();
        await refresh.CommitAsync();

        Assert.Equal(200, (await answer).Status);
        Assert.Equal((403, "session_not_found"), Refusal(await other.Http.SendAsync("GET", "/auth/v1/user")));
    }

    private async Task<bool> IsWaitingAsync() => await _platform.Database.ScalarAsync<bool>(
        "select exists (select from pg_stat_activity where datname = current_database() and usename = 'hedgerow_auth' and wait_event_type = 'Lock')");

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("A")]
    public async Task An_empty_secret_opens_nothing(string? secret)
    {
        var user = await _platform.SignUpAsync();
        var app = new Authenticator(Guid.NewGuid(), "");
        await _platform.Database.ExecuteAsync("""
            insert into auth.mfa_factors (id, user_id, factor_type, status, secret, created_at, updated_at)
            values ($1, $2, 'totp', 'verified', $3, now(), now())
            """, app.Factor, user.Id, secret);

        Assert.Equal((422, "mfa_verification_failed"), Refusal(await user.ChallengeAndAnswerAsync(app.Factor, app.NextCode())));
    }

    [Fact]
    public async Task A_code_passes_once()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var code = app.NextCode();
        Assert.Equal(200, (await user.ChallengeAndAnswerAsync(app.Factor, code)).Status);

        Assert.Equal((422, "mfa_verification_failed"), Refusal(await user.ChallengeAndAnswerAsync(app.Factor, code)));
    }

    [Fact]
    public async Task Of_parallel_answers_with_one_code_one_wins()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var challenges = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => user.ChallengeAsync(app.Factor)));
        var code = app.NextCode();

        var answers = await Task.WhenAll(challenges.Select(challenge => user.AnswerAsync(app.Factor, challenge, code)));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((422, "mfa_verification_failed"), Refusal(answer)));
    }

    [Fact]
    public async Task A_wrong_code_changes_nothing_and_is_in_the_audit_log()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();

        Assert.Equal((422, "mfa_verification_failed"), Refusal(await user.ChallengeAndAnswerAsync(app.Factor, app.WrongCode())));

        Assert.Equal("aal1 unverified", await _platform.Database.ScalarAsync<string>(
            "select s.aal || ' ' || f.status from auth.sessions s join auth.mfa_factors f using (user_id) where s.user_id = $1", user.Id));
        Assert.Equal("false", await _platform.Database.ScalarAsync<string>("""
            select payload -> 'traits' ->> 'valid' from auth.audit_log_entries where payload ->> 'actor_id' = $1 and payload ->> 'action' = 'verification_attempted'
            """, user.Id.ToString()));
    }

    [Fact]
    public async Task A_challenge_takes_one_right_code()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var challenge = await user.ChallengeAsync(app.Factor);
        await user.AnswerAsync(app.Factor, challenge, app.NextCode());

        Assert.Equal((422, "mfa_ip_address_mismatch"), Refusal(await user.AnswerAsync(app.Factor, challenge, app.NextCode())));
    }

    [Fact]
    public async Task A_challenge_is_answered_from_where_it_was_asked()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var challenge = await user.ChallengeAsync(app.Factor);
        await _platform.Database.ExecuteAsync("update auth.mfa_challenges set ip_address = '192.0.2.1' where factor_id = $1", app.Factor);

        Assert.Equal((422, "mfa_ip_address_mismatch"), Refusal(await user.AnswerAsync(app.Factor, challenge, app.NextCode())));
    }

    [Fact]
    public async Task A_challenge_expires()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var challenge = await user.ChallengeAsync(app.Factor);
        await _platform.Database.ExecuteAsync("update auth.mfa_challenges set created_at = created_at - interval '301 seconds' where factor_id = $1", app.Factor);

        Assert.Equal((422, "mfa_challenge_expired"), Refusal(await user.AnswerAsync(app.Factor, challenge, app.NextCode())));
        Assert.Equal((422, "mfa_factor_not_found"), Refusal(await user.AnswerAsync(app.Factor, challenge, app.NextCode())));
    }

    [Fact]
    public async Task Another_persons_factor_and_challenge_are_not_found()
    {
        var (user, other) = (await _platform.SignUpAsync(), await _platform.SignUpAsync());
        var (app, others) = (await user.AppAsync(), await other.AppAsync());
        var challenge = await other.ChallengeAsync(others.Factor);

        Assert.Equal((404, "mfa_factor_not_found"), Refusal(await user.AnswerAsync(others.Factor, challenge, others.NextCode())));
        Assert.Equal((422, "mfa_factor_not_found"), Refusal(await user.AnswerAsync(app.Factor, challenge, app.NextCode())));
        Assert.Equal((404, "mfa_factor_not_found"), Refusal(await user.Http.SendAsync("POST", $"/auth/v1/factors/{others.Factor}/challenge")));
        Assert.Equal((404, "mfa_factor_not_found"), Refusal(await user.Http.SendAsync("DELETE", $"/auth/v1/factors/{others.Factor}")));
    }

    [Fact]
    public async Task Malformed_requests_are_refused_with_GoTrues_codes()
    {
        var user = await _platform.SignUpAsync();
        var app = await user.AppAsync();
        var challenge = await user.ChallengeAsync(app.Factor);

        Assert.Equal((400, "validation_failed"), Refusal(await user.AnswerAsync(app.Factor, challenge, "")));
        Assert.Equal((400, "bad_json"), Refusal(await user.AnswerAsync(app.Factor, "no uuid", "123456")));
        Assert.Equal((422, "mfa_factor_not_found"), Refusal(await user.Http.SendAsync("POST", $"/auth/v1/factors/{app.Factor}/verify", new { code = "123456" })));
        Assert.Equal((404, "validation_failed"), Refusal(await user.Http.SendAsync("POST", "/auth/v1/factors/no-uuid/challenge")));
        Assert.Equal((400, "validation_failed"), Refusal(await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "stone" })));
        Assert.Equal((400, "validation_failed"), Refusal(await user.EnrolAsync("long", new string('x', 4000))));
        Assert.Equal((400, "validation_failed"), Refusal(await user.EnrolAsync("nul\0")));
        Assert.Equal((422, "mfa_phone_enroll_not_enabled"), Refusal(await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "phone", phone = "+491701234567" })));
        Assert.Equal((422, "mfa_webauthn_enroll_not_enabled"), Refusal(await user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "webauthn" })));
        Assert.Equal((401, "no_authorization"), Refusal(await _platform.Client(null).SendAsync("POST", "/auth/v1/factors", new { factor_type = "totp" })));
    }

    [Fact]
    public async Task Someone_without_a_name_has_no_factors()
    {
        var answer = await _platform.Anonymous.SendAsync("POST", "/auth/v1/signup", new { });
        var someone = _platform.Client(answer["access_token"]);

        Assert.Equal((403, "no_authorization"), Refusal(await someone.SendAsync("POST", "/auth/v1/factors", new { factor_type = "totp" })));
    }
}
