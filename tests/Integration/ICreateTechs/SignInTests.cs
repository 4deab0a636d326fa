using Hedgerow.Tests.Integration.Support;
using System.Net;

namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class SignInTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Connect =
        "insert into public.oauth_connections (provider, provider_user_id, access_token, refresh_token) values ($1, '1', 'access-s3cret', 'refresh-s3cret') returning id";

    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

    private const string LastActivity = "select last_activity_at from public.user_sessions_extended where id = $1";

    [Fact]
    public async Task IC_06_A_connection_is_its_person_s_alone_and_there_is_one_per_provider()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Member.ScalarAsync<Guid>(Connect, "github");
        await workspace.Member.ScalarAsync<Guid>(Connect, "gitlab");
        await workspace.Member.RefusedAsync("23505", Connect, "github");
        await workspace.Member.RefusedAsync("23514", Connect, "myspace");
        Assert.Equal(2L, await workspace.Member.ScalarAsync<long>("select count(id) from public.oauth_connections"));
        Assert.Equal(0L, await workspace.Owner.ScalarAsync<long>("select count(id) from public.oauth_connections"));
        Assert.Equal(0, await workspace.Owner.ExecuteAsync("delete from public.oauth_connections where user_id = $1", workspace.Member.Id));
        await workspace.Owner.RefusedAsync("42501",
            "insert into public.oauth_connections (user_id, provider, provider_user_id) values ($1, 'google', '1')", workspace.Member.Id);
        await workspace.Anyone.RefusedAsync("42501", "select id from public.oauth_connections");
    }

    [Fact]
    public async Task IC_06_Tokens_are_stored_encrypted_and_no_client_reads_them()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Member.ScalarAsync<Guid>(Connect, "github");
        var read = await workspace.Member.ScalarAsync<string>("select to_jsonb(c)::text from public.oauth_connections c where id = $1", id);
        Assert.DoesNotContain("s3cret", read, StringComparison.Ordinal);
        await workspace.Member.RefusedAsync("42501", "select hedgerow.decrypt(access_token) from public.oauth_connections");
        await workspace.Member.RefusedAsync("42501", "select * from public.reveal_oauth_tokens($1)", id);

        var stored = await workspace.Operator.ScalarAsync<string>("select access_token || refresh_token from public.oauth_connections where id = $1", id);
        Assert.StartsWith("-----BEGIN PGP MESSAGE-----", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", stored, StringComparison.Ordinal);
        Assert.Equal("access-s3cret refresh-s3cret",
            await workspace.Service.ScalarAsync<string>("select access_token || ' ' || refresh_token from public.reveal_oauth_tokens($1)", id));
    }

    [Fact]
    public async Task IC_07_A_sign_in_appears_with_address_agent_device_browser_and_system()
    {
        var workspace = await fixture.WorkspaceAsync();
        var session = await SignInAsync(workspace.Member, Firefox);
        Assert.Equal("desktop Firefox Linux 203.0.113.7", await workspace.Member.ScalarAsync<string>(
            "select concat_ws(' ', device_type, browser, os, host(ip_address)) from public.user_sessions_extended where id = $1 and user_agent = $2", session, Firefox));
        Assert.Equal(0L, await workspace.Owner.ScalarAsync<long>("select count(*) from public.user_sessions_extended"));
    }

    [Fact]
    public async Task IC_07_A_person_cannot_write_their_sessions()
    {
        var workspace = await fixture.WorkspaceAsync();
        await SignInAsync(workspace.Member, Firefox);
        await workspace.Member.RefusedAsync("42501", "update public.user_sessions_extended set country = 'FR'");
        await workspace.Member.RefusedAsync("42501", "delete from public.user_sessions_extended");
        await workspace.Member.RefusedAsync("42501", "insert into public.user_sessions_extended (user_id) values ($1)", workspace.Member.Id);
        await workspace.Member.RefusedAsync("42501", "select hedgerow.touch_sessions('{}')");
    }

    [Fact]
    public async Task IC_07_Last_activity_follows_use_at_most_once_a_minute()
    {
        const string touch = "select hedgerow.touch_sessions(array[$1])";
        var workspace = await fixture.WorkspaceAsync();
        var gateway = new Person(fixture.Database, "authenticator");
        var session = await SignInAsync(workspace.Member, Firefox);
        Assert.Equal(0, await gateway.ScalarAsync<int>(touch, session));

        await workspace.Operator.ExecuteAsync("update public.user_sessions_extended set last_activity_at = now() - interval '61 seconds' where id = $1", session);
        var idle = await workspace.Member.ScalarAsync<DateTime>(LastActivity, session);
        var moved = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gateway.ScalarAsync<int>(touch, session)));
        Assert.Equal(1, moved.Sum());
        Assert.True(await workspace.Member.ScalarAsync<DateTime>(LastActivity, session) > idle);
    }

    [Fact]
    public async Task IC_07_A_refreshed_session_is_one_in_use()
    {
        var workspace = await fixture.WorkspaceAsync();
        var session = await SignInAsync(workspace.Member, Firefox);
        await workspace.Operator.ExecuteAsync("update public.user_sessions_extended set last_activity_at = now() - interval '1 hour' where id = $1", session);
        await new Person(fixture.Database, "hedgerow_auth").ExecuteAsync("update auth.sessions set refreshed_at = now(), updated_at = now() where id = $1", session);
        Assert.True(await workspace.Member.ScalarAsync<bool>(
            "select last_activity_at > now() - interval '1 minute' from public.user_sessions_extended where id = $1", session));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "desktop Edge Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "desktop Safari macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1", "mobile Chrome iOS")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "tablet Safari iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "mobile Samsung Internet Android")]
    [InlineData("Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "tablet Chrome Android")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot Mozilla")]
    [InlineData("curl/8.5.0", "other curl")]
    [InlineData("", "unknown")]
    public async Task IC_07_An_agent_is_read_as_what_it_is(string agent, string expected) =>
        Assert.Equal(expected, await new Person(fixture.Database, "postgres").ScalarAsync<string>(
            "select concat_ws(' ', device_type, browser, os) from hedgerow.parse_agent($1)", agent));

    private async Task<Guid> SignInAsync(Person person, string agent)
    {
        var session = Guid.NewGuid();
        await new Person(fixture.Database, "hedgerow_auth").ExecuteAsync(
            "insert into auth.sessions (id, user_id, user_agent, ip) values ($1, $2, $3, $4)", session, person.Id, agent, IPAddress.Parse("203.0.113.7"));
        return session;
    }
}
