using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class LogTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_21_Service_writes_what_agents_elsewhere_do_and_admins_read_it()
    {
        var external = $"sessions/{Guid.NewGuid():N}";
        var session = await fixture.Service.ScalarAsync<string>("insert into spike_land.external_agent_sessions (external_id, name) values ($1, 'Fix the build') returning id", external);
        await fixture.Service.ExecuteAsync("insert into spike_land.agent_session_activities (session_id, type, created_at) values ($1, 'code_committed', '2031-01-01'), ($1, 'plan_generated', '2030-01-01')", session);
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        var (person, _) = await fixture.LanderAsync();
        const string sees = "select count(*) from spike_land.external_agent_sessions where id = $1 and last_activity_at = '2031-01-01'";
        Assert.Equal((1L, 0L), (await admin.ScalarAsync<long>(sees, session), await person.ScalarAsync<long>(sees, session)));
        await admin.RefusedAsync("42501", "update spike_land.external_agent_sessions set status = 'FAILED' where id = $1", session);
        await fixture.Service.RefusedAsync("23505", "insert into spike_land.external_agent_sessions (external_id, name) values ($1, 'Twice')", external);
        const string move = "update spike_land.external_agent_sessions set status = $2::spike_land.external_agent_status where id = $1";
        foreach (var status in new[] { "PLANNING", "IN_PROGRESS", "COMPLETED" }) await fixture.Service.ExecuteAsync(move, session, status);
        await fixture.Service.RefusedAsync("PT409", move, session, "IN_PROGRESS");
        await fixture.Service.RefusedAsync("42501", "update spike_land.agent_session_activities set type = 'forged' where session_id = $1", session);
    }

    [Fact]
    public async Task SL_22_Logs_are_append_only_and_read_by_admins()
    {
        var (person, id) = await fixture.LanderAsync();
        var error = await person.ScalarAsync<string>("select spike_land.log_error('token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc is bad', metadata => '{\"secret\": \"hush\"}')");
        await fixture.Anyone.ExecuteAsync("select spike_land.log_error('Nobody''s error')");
        Assert.Equal($"{id} token [redacted] is bad [redacted]", await fixture.SeenAsync<string>("select concat_ws(' ', user_id, message, metadata ->> 'secret') from spike_land.error_logs where id = $1", error));
        await fixture.Operator.RefusedAsync("PT405", "update spike_land.error_logs set message = 'fine' where id = $1", error);
        await fixture.Service.RefusedAsync("42501", "delete from spike_land.error_logs where id = $1", error);
        await person.RefusedAsync("42501", "insert into spike_land.error_logs (message, environment) values ('x', 'BACKEND')");
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.error_logs"));
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN"); // which is an entry
        Assert.Equal(1L, await admin.ScalarAsync<long>("select count(*) from spike_land.error_logs where id = $1", error));
        await fixture.Operator.RefusedAsync("PT405", "update spike_land.audit_logs set action = 'ADMIN_LOGIN' where id in (select id from spike_land.audit_logs limit 1)");
        await fixture.Service.RefusedAsync("42501", "delete from spike_land.audit_logs");
        await admin.RefusedAsync("42501", "delete from spike_land.audit_logs");
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.delete-old-errors', now() + interval '91 days')");
        Assert.Equal(0L, await admin.ScalarAsync<long>("select count(*) from spike_land.error_logs"));
    }

    [Fact]
    public async Task SL_22_An_e_mail_s_status_goes_forward_whatever_order_webhooks_come_in()
    {
        var (person, id) = await fixture.LanderAsync();
        var mail = $"resend-{id}";
        await fixture.Service.ExecuteAsync("insert into spike_land.email_logs (user_id, \"to\", subject, template, resend_id) values ($1, 'ada@example.com', 'Welcome', 'welcome', $2)", id, mail);
        const string record = "select spike_land.record_email_event($1, $2, $3::timestamptz)";
        await fixture.Service.ExecuteAsync(record, mail, "email.clicked", "2031-01-02");
        await fixture.Service.ExecuteAsync(record, mail, "email.opened", "2031-01-01");
        await fixture.Service.ExecuteAsync(record, mail, "email.opened", "2031-01-03");
        await fixture.Service.ExecuteAsync(record, mail, "email.delivered", "2031-01-01");
        Assert.Equal("CLICKED 2031-01-01 2031-01-02", await fixture.SeenAsync<string>(
            "select concat_ws(' ', status, to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD'), to_char(clicked_at at time zone 'UTC', 'YYYY-MM-DD')) from spike_land.email_logs where resend_id = $1", mail));
        await fixture.Service.ExecuteAsync(record, mail, "email.bounced", "2031-01-04");
        Assert.Equal("BOUNCED", await fixture.SeenAsync<string>("select status::text from spike_land.email_logs where resend_id = $1 and bounced_at is not null", mail));
        await fixture.Service.RefusedAsync("PT400", record, mail, "email.eaten", "2031-01-04");
        await fixture.Service.RefusedAsync("PT404", record, "nothing", "email.opened", "2031-01-04");
        await person.RefusedAsync("42501", record, mail, "email.opened", "2031-01-04");
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.email_logs"));
    }

    [Fact]
    public async Task SL_22_Anyone_sends_feedback_and_admins_answer_it()
    {
        var (person, id) = await fixture.LanderAsync();
        const string send = "insert into spike_land.feedback (type, message, page, email) values ('BUG', $1, '/', 'ada@example.com')";
        var text = Guid.NewGuid().ToString();
        await person.ExecuteAsync(send, text);
        await fixture.Anyone.Sending("x-forwarded-for", "203.0.113.5").ExecuteAsync(send, text);
        await fixture.Anyone.RefusedAsync("42501", "insert into spike_land.feedback (type, message, page, user_id) values ('BUG', 'x', '/', $1)", id);
        await fixture.Anyone.RefusedAsync("42501", "insert into spike_land.feedback (type, message, page, status) values ('BUG', 'x', '/', 'RESOLVED')");
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.feedback"));

        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        Assert.Equal(2, await admin.ExecuteAsync("update spike_land.feedback set status = 'RESOLVED', admin_note = 'Mended' where message = $1", text));
        await admin.RefusedAsync("PT409", "update spike_land.feedback set status = 'NEW' where message = $1", text);
    }

    [Fact]
    public async Task SL_22_Somebody_who_sends_too_much_feedback_is_told_to_wait()
    {
        var (person, _) = await fixture.LanderAsync();
        await fixture.Operator.ExecuteAsync(
            "insert into hedgerow.rate_limits (bucket, window_start, taken) values ('spike_land.feedback:' || $1, date_bin('1 hour', now(), 'epoch'), 20)", person.Id.ToString());
        var refused = false;
        for (var n = 0; n < 21 && !refused; n++) // the hour may turn between the two
            try
            {
                await person.ExecuteAsync("insert into spike_land.feedback (type, message, page) values ('OTHER', 'More', '/')");
            }
            catch (Npgsql.PostgresException refusal) when (refusal.SqlState == "PT429")
            {
                refused = true;
            }

        Assert.True(refused);
    }

    [Fact]
    public async Task SL_22_Tracked_URLs_are_admins_and_are_paths()
    {
        var (admin, adminId) = await fixture.LanderAsync(role: "ADMIN");
        var (person, _) = await fixture.LanderAsync();
        const string track = "insert into spike_land.tracked_urls (path) values ($1)";
        var path = $"/page-{Guid.NewGuid():N}";
        await person.RefusedAsync("42501", track, path);
        await admin.ExecuteAsync(track, path);
        await admin.RefusedAsync("23505", track, path);
        await admin.RefusedAsync("23514", track, "https://example.com/page");
        await admin.RefusedAsync("23514", track, "/page?query=1");
        Assert.Equal(adminId, await admin.ScalarAsync<string>("select created_by_id from spike_land.tracked_urls where path = $1", path));
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.tracked_urls"));
    }
}
