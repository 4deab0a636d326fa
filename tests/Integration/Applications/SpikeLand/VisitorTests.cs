using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class VisitorTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_18_A_visit_counts_its_pages_exactly_and_only_its_visitor_writes_into_it()
    {
        var (visitor, session) = await VisitAsync();
        const string view = "select spike_land.track_page_view($1, $2, $3)";
        await ApplicationFixture.FiftyAsync("none", n => From($"198.51.100.{n}").ExecuteAsync(view, session, visitor, "/pricing"));
        await fixture.Anyone.ExecuteAsync("select spike_land.track_event($1, $2, 'signup_started', 'conversion', 1, '{\"password\": \"hush\"}')", session, visitor);
        await fixture.Anyone.RefusedAsync("PT404", view, session, "another visitor", "/forged");

        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        Assert.Equal("50 50 1 /pricing", await admin.ScalarAsync<string>(
            """
            select concat_ws(' ', page_view_count, (select count(*) from spike_land.page_views as p where p.session_id = s.id),
              (select count(*) from spike_land.analytics_events as e where e.session_id = s.id and e.metadata ->> 'password' <> 'hush'), exit_page)
            from spike_land.visitor_sessions as s where id = $1
            """, session));
    }

    [Fact]
    public async Task SL_18_Visits_are_read_by_admins_and_written_through_functions()
    {
        var (visitor, session) = await VisitAsync();
        var (person, _) = await fixture.LanderAsync();
        Assert.Equal(0L, await person.ScalarAsync<long>("select (select count(*) from spike_land.visitor_sessions) + (select count(*) from spike_land.page_views) + (select count(*) from spike_land.analytics_events)"));
        await fixture.Anyone.RefusedAsync("42501", "select count(*) from spike_land.visitor_sessions");
        await fixture.Anyone.RefusedAsync("42501", "insert into spike_land.page_views (session_id, path) values ($1, '/')", session);
        await fixture.Anyone.RefusedAsync("PT400", "select spike_land.start_visit('short', '/')");
        Assert.NotEqual(visitor, session);
    }

    [Fact]
    public async Task SL_18_An_address_that_writes_too_much_is_told_to_wait()
    {
        var address = From("203.0.113.77");
        await fixture.Operator.ExecuteAsync(
            "insert into hedgerow.rate_limits (bucket, window_start, taken) values ('spike_land.visits:203.0.113.77', date_bin('1 minute', now(), 'epoch'), 300)");
        // The window may turn between the two: then the count begins anew, and the next is full.
        var refused = false;
        for (var n = 0; n < 301 && !refused; n++)
            try
            {
                await address.ExecuteAsync("select spike_land.start_visit('a visitor too many', '/')");
            }
            catch (Npgsql.PostgresException refusal) when (refusal.SqlState == "PT429")
            {
                refused = true;
            }

        Assert.True(refused);
    }

    [Fact]
    public async Task SL_18_Visits_are_linked_to_the_person_who_signed_up_and_are_nobody_else_s_then()
    {
        var (visitor, session) = await VisitAsync();
        var (person, id) = await fixture.LanderAsync();
        var (other, _) = await fixture.LanderAsync();
        Assert.Equal(1, await person.ScalarAsync<int>("select spike_land.link_visitor($1)", visitor));
        Assert.Equal(0, await other.ScalarAsync<int>("select spike_land.link_visitor($1)", visitor));
        Assert.Equal(id, await fixture.SeenAsync<string>("select user_id from spike_land.visitor_sessions where id = $1", session));
        await fixture.Anyone.RefusedAsync("42501", "select spike_land.link_visitor($1)", visitor);

        await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", person.Id);
        Assert.True(await fixture.SeenAsync<bool>("select user_id is null from spike_land.visitor_sessions where id = $1", session));
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.delete-old-visits', now() + interval '2 years')");
        Assert.False(await fixture.SeenAsync<bool>("select exists (select from spike_land.visitor_sessions where id = $1)", session));
    }

    [Fact]
    public async Task SL_19_A_conversion_is_owed_to_the_first_and_the_last_visit_before_it()
    {
        var visitor = $"visitor {Guid.NewGuid():N}";
        var (person, id) = await fixture.LanderAsync(tokens: 4);
        var campaign = $"spring-{Guid.NewGuid():N}";
        await fixture.Service.ExecuteAsync("insert into spike_land.campaign_links (utm_campaign, platform, external_campaign_id) values ($1, 'FACEBOOK', 'fb-42')", campaign);
        await fixture.Anyone.ExecuteAsync("select spike_land.start_visit($1, '/', utm_source => 'facebook', utm_campaign => $2, fbclid => 'x')", visitor, campaign);
        await fixture.Anyone.ExecuteAsync("select spike_land.start_visit($1, '/', utm_source => 'newsletter')", visitor);
        await person.ExecuteAsync("select spike_land.link_visitor($1)", visitor);
        await person.ExecuteAsync("select spike_land.start_visit($1, '/later')", visitor);
        var image = await fixture.ImageAsync(person);
        await fixture.CompleteAsync(await person.JobAsync(image));

        const string touches = "select string_agg(concat_ws(' ', attribution_type, platform, external_campaign_id), ', ' order by attribution_type) from spike_land.campaign_attributions where user_id = $1 and conversion_type = $2::spike_land.conversion_type";
        Assert.Equal("FIRST_TOUCH FACEBOOK fb-42, LAST_TOUCH NEWSLETTER", await fixture.SeenAsync<string>(touches, id, "SIGNUP"));
        Assert.Equal("FIRST_TOUCH FACEBOOK fb-42, LAST_TOUCH DIRECT", await fixture.SeenAsync<string>(touches, id, "ENHANCEMENT"));
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.campaign_attributions"));
    }

    [Fact]
    public async Task SL_19_Fifty_browsers_linked_at_once_are_one_sign_up()
    {
        var (person, id) = await fixture.LanderAsync();
        var visitors = Enumerable.Range(0, 50).Select(_ => $"visitor {Guid.NewGuid():N}").ToArray();
        foreach (var visitor in visitors) await fixture.Anyone.ExecuteAsync("select spike_land.start_visit($1, '/')", visitor);
        await ApplicationFixture.FiftyAsync("none", n => person.ExecuteAsync("select spike_land.link_visitor($1)", visitors[n]));
        Assert.Equal(2L, await fixture.SeenAsync<long>("select count(*) from spike_land.campaign_attributions where user_id = $1 and conversion_type = 'SIGNUP'", id)); // first and last touch
    }

    [Fact]
    public async Task SL_19_A_sign_up_whose_visits_are_linked_from_two_browsers_at_once_is_one_conversion()
    {
        var (person, id) = await fixture.LanderAsync();
        var (first, second) = ((await VisitAsync()).Visitor, (await VisitAsync()).Visitor);
        const string link = "select spike_land.link_visitor($1)";
        Assert.Equal(1, await fixture.WhileAsync(person, link, [first], () => person.ScalarAsync<int>(link, second)));
        Assert.Equal(1L, await fixture.SeenAsync<long>("select count(distinct conversion_id) from spike_land.campaign_attributions where user_id = $1 and conversion_type = 'SIGNUP'", id));
    }

    [Fact]
    public async Task SL_19_Campaign_metrics_are_kept_for_an_hour_and_are_for_admins()
    {
        var (visitor, _) = await VisitAsync();
        var (person, id) = await fixture.LanderAsync();
        await person.ExecuteAsync("select spike_land.link_visitor($1)", visitor);
        await fixture.Operator.ExecuteAsync("select spike_land_private.attribute_conversion($1, 'PURCHASE', 9.99, '2031-05-05')", id);
        const string metrics = "select spike_land.campaign_metrics('2031-05-01', '2031-06-01', 'FIRST_TOUCH', $1::timestamptz) -> 0 ->> 'revenue'";
        await person.RefusedAsync("PT403", metrics, "2031-06-01 00:00");
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        Assert.Equal("9.99", await admin.ScalarAsync<string>(metrics, "2031-06-01 00:00"));
        await fixture.Operator.ExecuteAsync("select spike_land_private.attribute_conversion($1, 'PURCHASE', 0.01, '2031-05-06')", id);
        Assert.Equal("9.99", await admin.ScalarAsync<string>(metrics, "2031-06-01 00:59"));
        Assert.Equal("10.00", await admin.ScalarAsync<string>(metrics, "2031-06-01 01:00"));
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.delete-expired-metrics', '2031-06-01 02:00')");
        Assert.Equal(0L, await fixture.SeenAsync<long>("select count(*) from spike_land.campaign_metrics_cache where cache_key like '%2031-05-01%'"));
    }

    [Fact]
    public async Task SL_19_C_04_A_marketing_account_s_tokens_are_stored_encrypted_and_shown_to_service_alone()
    {
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        var (person, _) = await fixture.LanderAsync();
        const string add = "insert into spike_land.marketing_accounts (platform, account_id, access_token, refresh_token) values ('GOOGLE_ADS', '123', 'hush hush', 'hush hush again') returning id";
        await person.RefusedAsync("42501", add);
        var account = await admin.ScalarAsync<string>(add);
        Assert.DoesNotContain("hush hush", (await admin.ScalarAsync<string>("select access_token || refresh_token from spike_land.marketing_accounts where id = $1", account))!, StringComparison.Ordinal);
        const string reveal = "select access_token || ', ' || refresh_token from spike_land.reveal_marketing_tokens($1)";
        Assert.Equal("hush hush, hush hush again", await fixture.Service.ScalarAsync<string>(reveal, account));
        await admin.RefusedAsync("42501", reveal, account);
        var (colleague, _) = await fixture.LanderAsync(role: "ADMIN");
        Assert.Equal(0L, await colleague.ScalarAsync<long>("select count(*) from spike_land.marketing_accounts where id = $1", account));
    }

    private Person From(string address) => fixture.Anyone.Sending("x-forwarded-for", address);

    private async Task<(string Visitor, string Session)> VisitAsync()
    {
        var visitor = $"visitor {Guid.NewGuid():N}";
        return (visitor, (await From("192.0.2.1").ScalarAsync<string>("select spike_land.start_visit($1, '/', 'https://search.example')", visitor))!);
    }
}
