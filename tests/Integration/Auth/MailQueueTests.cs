using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>From the queue to a real SMTP server: none lost, none twice, over restarts, replicas and servers that are away.</summary>
public sealed class MailQueueTests
{
    private static string Fresh(string name = "ann") => $"{name}-{Guid.NewGuid():N}@example.test";

    private static Task<Answer> RecoverAsync(TestPlatform platform, string email) => platform.Anonymous.SendAsync("POST", "/auth/v1/recover", new { email });

    [Fact]
    public async Task A_mail_is_sent_at_once_and_leaves_the_queue()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var platform = await TestPlatform.StartAsync(smtp.Settings);
        var user = await platform.SignUpAsync(Fresh());

        Assert.Equal(200, (await RecoverAsync(platform, user.Email)).Status);
        var mail = await smtp.MailToAsync(user.Email);

        Assert.Equal(("Reset your password", "hello@hedgerow.test", "Hedgerow"), (mail.Subject, mail.From.Address, mail.From.Name));
        Assert.Contains("href=\"http://platform.test/auth/v1/verify?token=", mail.Html, StringComparison.Ordinal);
        await platform.Database.UntilAsync("select not exists (select from auth.mail_queue)");
    }

    [Fact]
    public async Task Two_replicas_share_the_queue_and_no_mail_comes_twice()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var database = await TestDatabase.CreateAsync();
        await using var one = await TestPlatform.StartOnAsync(database, smtp.Settings);
        await using var other = await TestPlatform.StartOnAsync(database, smtp.Settings);
        var addresses = Enumerable.Range(0, 30).Select(_ => Fresh()).ToArray();

        await Task.WhenAll(addresses.Select((email, i) => (i % 2 == 0 ? one : other).Anonymous.SendAsync("POST", "/auth/v1/otp", new { email })));
        foreach (var email in addresses) await smtp.MailToAsync(email);
        await database.UntilAsync("select not exists (select from auth.mail_queue)");
        await one.StopAsync();
        await other.StopAsync();

        Assert.Empty(await smtp.StopAsync());
    }

    [Fact]
    public async Task A_server_that_is_away_gets_the_mail_when_it_is_back()
    {
        using var port = new HeldPort();
        await using var platform = await TestPlatform.StartAsync(SmtpServer.SettingsFor(port.Number));
        var user = await platform.SignUpAsync(Fresh());

        Assert.Equal(200, (await RecoverAsync(platform, user.Email)).Status);
        await platform.Database.UntilAsync("select exists (select from auth.mail_queue where last_error is not null)");
        await using var smtp = await SmtpServer.StartAsync(port.Number);
        var mail = await smtp.MailToAsync(user.Email);

        var link = mail.Html.Split("token=")[1].Split('&')[0];
        Assert.Equal(200, (await platform.Anonymous.SendAsync("POST", "/auth/v1/verify", new { type = "recovery", token_hash = link })).Status);
    }

    [Fact]
    public async Task A_platform_that_stops_before_it_could_send_loses_nothing()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var database = await TestDatabase.CreateAsync();
        // One that keeps its mails, so that none of them is on its way when it stops.
        await using (var first = await TestPlatform.StartOnAsync(database, ("Auth:Mail:DevInbox", "true")))
        {
            var user = await first.SignUpAsync("restarted@example.test");
            await RecoverAsync(first, user.Email);
        }

        await using var second = await TestPlatform.StartOnAsync(database, smtp.Settings);

        Assert.Equal("Reset your password", (await smtp.MailToAsync("restarted@example.test")).Subject);
    }

    [Fact]
    public async Task What_a_sender_took_and_did_not_live_to_send_is_sent_when_its_time_is_over()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var database = await TestDatabase.CreateAsync();
        await using (var first = await TestPlatform.StartOnAsync(database, ("Auth:Mail:DevInbox", "true")))
        {
            var user = await first.SignUpAsync("taken@example.test");
            await RecoverAsync(first, user.Email);
        }
        await database.ExecuteAsync("update auth.mail_queue set attempts = 1, due_at = now() + interval '1 second'");

        await using var second = await TestPlatform.StartOnAsync(database, smtp.Settings);

        Assert.Equal("Reset your password", (await smtp.MailToAsync("taken@example.test")).Subject);
    }

    [Fact]
    public async Task Who_is_refused_for_good_is_given_up_with_the_reason_and_without_the_token()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var platform = await TestPlatform.StartAsync(smtp.Settings);
        var user = await platform.SignUpAsync(Fresh("never"));

        await RecoverAsync(platform, user.Email);
        await platform.Database.UntilAsync("select exists (select from auth.mail_queue where failed_at is not null)");

        Assert.Equal(1, await platform.Database.ScalarAsync<int>("select attempts from auth.mail_queue"));
        Assert.Contains("550", await platform.Database.ScalarAsync<string>("select last_error from auth.mail_queue"), StringComparison.Ordinal);
        Assert.Equal("", await platform.Database.ScalarAsync<string>("select subject || body from auth.mail_queue"));
    }

    [Fact]
    public async Task Who_is_refused_for_the_moment_is_tried_again_under_the_same_message_id()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var platform = await TestPlatform.StartAsync(smtp.Settings);
        var user = await platform.SignUpAsync(Fresh("later"));
        // The row is there for a second only.
        await platform.Database.ExecuteAsync("""
            create table public.errors (mail bigint, error text);
            create function public.keep_error() returns trigger language plpgsql security definer as $$ begin insert into public.errors values (new.id, new.last_error); return null; end $$;
            create trigger keep_error after update of last_error on auth.mail_queue for each row execute function public.keep_error();
            """);

        await RecoverAsync(platform, user.Email);
        var mail = await smtp.MailToAsync(user.Email);

        var id = await platform.Database.ScalarAsync<long>("select mail from public.errors where error like '451%'");
        Assert.Equal($"<hedgerow-{id}@hedgerow.test>", mail.MessageId);
    }

    [Fact]
    public async Task After_the_last_try_a_mail_is_given_up()
    {
        using var port = new HeldPort();
        await using var platform = await TestPlatform.StartAsync([.. SmtpServer.SettingsFor(port.Number), ("Auth:Mail:Smtp:MaxAttempts", "2")]);
        var user = await platform.SignUpAsync(Fresh());

        await RecoverAsync(platform, user.Email);
        await platform.Database.UntilAsync("select exists (select from auth.mail_queue where failed_at is not null)");

        Assert.Equal(2, await platform.Database.ScalarAsync<int>("select attempts from auth.mail_queue"));
    }

    [Fact]
    public async Task A_mail_whose_token_is_worth_nothing_any_more_is_not_sent()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var database = await TestDatabase.CreateAsync();
        await using (var first = await TestPlatform.StartOnAsync(database, ("Auth:Mail:DevInbox", "true")))
            await RecoverAsync(first, (await first.SignUpAsync(Fresh())).Email);
        await database.ExecuteAsync("update auth.mail_queue set expires_at = now() - interval '1 second'");

        await using (var second = await TestPlatform.StartOnAsync(database, smtp.Settings))
            await database.UntilAsync("select exists (select from auth.mail_queue where failed_at is not null and body = '')");

        Assert.Empty(await smtp.StopAsync());
    }

    [Fact]
    public async Task A_failing_request_queues_nothing_and_a_deleted_user_takes_the_mails_along()
    {
        await using var platform = await TestPlatform.StartAsync(("Auth:Mail:DevInbox", "true"));
        var user = await platform.SignUpAsync(Fresh());
        await RecoverAsync(platform, user.Email);
        Assert.Equal(1, await platform.Database.ScalarAsync<long>("select count(*) from auth.mail_queue"));
        Assert.Equal(429, (await RecoverAsync(platform, user.Email)).Status);
        Assert.Equal(1, await platform.Database.ScalarAsync<long>("select count(*) from auth.mail_queue"));

        var deleted = await platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{user.Id}");

        Assert.True(deleted.Status == 200, deleted.Json.ToString());

        Assert.Equal(0, await platform.Database.ScalarAsync<long>("select count(*) from auth.mail_queue"));
    }

    [Fact]
    public async Task Without_a_server_and_without_the_inbox_no_token_is_kept()
    {
        await using var platform = await TestPlatform.StartAsync();
        var user = await platform.SignUpAsync(Fresh());

        Assert.Equal(200, (await RecoverAsync(platform, user.Email)).Status);

        Assert.Equal(0, await platform.Database.ScalarAsync<long>("select count(*) from auth.mail_queue"));
    }

    [Theory]
    [InlineData("anon")]
    [InlineData("authenticated")]
    [InlineData("service_role")]
    [InlineData("hedgerow_definer")]
    [InlineData("hedgerow_jobs")]
    public async Task Nobody_but_the_auth_room_reaches_the_queue(string role)
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await using var session = await database.OpenAsync(role);

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await session.RefusalAsync("select from auth.mail_queue"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await session.RefusalAsync("delete from auth.mail_turns"));
    }
}
