using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.WebBuilder;

public sealed class CampaignTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Move = "update web_builder.campaigns set status = $2 where id = $1";
    private const string Component =
        "insert into web_builder.campaign_components (campaign_id, name, component_type, code) values ($1, 'Hero', 'hero_section', '<h1>Spring</h1>') returning id";

    [Fact]
    public async Task WB_04_A_campaign_moves_along_its_lifecycle_and_knows_its_launch()
    {
        var (person, campaign) = await CampaignAsync();
        foreach (var status in new[] { "generating", "ready", "launched" }) await person.ExecuteAsync(Move, campaign, status);
        var launched = await person.ScalarAsync<DateTime>("select launched_at from web_builder.campaigns where id = $1", campaign);
        Assert.NotEqual(default, launched);
        foreach (var status in new[] { "paused", "launched", "paused", "archived" }) await person.ExecuteAsync(Move, campaign, status);
        Assert.Equal(launched, await person.ScalarAsync<DateTime>("select launched_at from web_builder.campaigns where id = $1", campaign));
    }

    [Theory]
    [InlineData("draft", "launched")]
    [InlineData("draft", "ready")]
    [InlineData("generating", "launched")]
    [InlineData("ready", "paused")]
    [InlineData("launched", "draft")]
    [InlineData("archived", "launched")]
    public async Task WB_04_An_illegal_move_is_refused_and_names_both_states(string from, string to)
    {
        var (person, campaign) = await CampaignAsync();
        await fixture.Operator.ExecuteAsync($"set local session_replication_role = replica; update web_builder.campaigns set status = '{from}' where id = '{campaign}'");
        Assert.Contains($"from \"{from}\" to \"{to}\"", (await person.RefusedAsync("PT409", Move, campaign, to)).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WB_04_A_campaign_is_found_by_name_description_and_audience()
    {
        var (person, campaign) = await CampaignAsync();
        await person.ExecuteAsync("update web_builder.campaigns set name = 'Orchards', description = 'Cider pressing', target_audience = 'Gardeners' where id = $1", campaign);
        foreach (var word in new[] { "orchard", "press", "gardener" })
            Assert.Equal(campaign, await person.ScalarAsync<Guid>("select id from web_builder.campaigns where search_vector @@ to_tsquery('english', $1)", word));
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from web_builder.campaigns where search_vector @@ to_tsquery('english', 'tractor')"));
    }

    [Theory]
    [InlineData("views = 9")]
    [InlineData("conversions = 9")]
    [InlineData("revenue_generated = 9")]
    [InlineData("launched_at = now()")]
    [InlineData("user_id = gen_random_uuid()")]
    public async Task C_05_WB_04_Counters_and_owner_cannot_be_set(string change)
    {
        var (person, _) = await CampaignAsync();
        await person.RefusedAsync("42501", $"update web_builder.campaigns set {change}");
    }

    [Fact]
    public async Task WB_05_Fifty_versions_at_once_are_numbered_without_a_gap()
    {
        var (person, campaign) = await CampaignAsync();
        var first = await person.ScalarAsync<Guid>(Component, campaign);
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => person.ExecuteAsync("select web_builder.save_component_version($1, $2)", first, $"<h1>{n}</h1>")));
        Assert.Equal("1 51 51", await person.ScalarAsync<string>("select concat_ws(' ', min(version), max(version), count(distinct version)) from web_builder.campaign_components"));
        Assert.Equal(51, await person.ScalarAsync<int>("select version from web_builder.current_components"));
        // A version of a version belongs to the same history.
        var later = await person.ScalarAsync<Guid>("select id from web_builder.campaign_components where version = 7");
        Assert.Equal(52, await person.ScalarAsync<int>("select version from web_builder.save_component_version($1, 'x')", later));
        Assert.Equal(first, await person.ScalarAsync<Guid>("select parent_component_id from web_builder.campaign_components where version = 52"));
    }

    [Fact]
    public async Task WB_05_A_version_that_is_moved_takes_its_component_with_it()
    {
        var (person, campaign) = await CampaignAsync();
        var first = await person.ScalarAsync<Guid>(Component, campaign);
        var latest = await person.ScalarAsync<Guid>("select id from web_builder.save_component_version($1, 'x')", first);
        await person.ExecuteAsync("update web_builder.campaign_components set sort_order = 7 where id = $1", latest);
        Assert.Equal([latest], (await person.ScalarAsync<Guid[]>("select array_agg(id) from web_builder.current_components"))!);
    }

    [Theory]
    [InlineData("description")]
    [InlineData("target_audience")]
    public async Task WB_04_A_text_that_the_search_could_not_hold_is_refused(string column)
    {
        var (person, campaign) = await CampaignAsync();
        var change = $"update web_builder.campaigns set {column} = $2 where id = $1";
        await person.ExecuteAsync(change, campaign, new string('x', 50_000));
        var refusal = await person.RefusedAsync("PT400", change, campaign, string.Concat(Enumerable.Range(0, 250_000).Select(n => $"{n} ")));
        Assert.Contains($"{column} of campaigns", refusal.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WB_05_Components_have_an_order_and_types_and_stay_in_their_campaign()
    {
        var (person, campaign) = await CampaignAsync();
        var first = await person.ScalarAsync<Guid>(Component, campaign);
        var second = await person.ScalarAsync<Guid>(Component, campaign);
        Assert.Equal([first, second], (await person.ScalarAsync<Guid[]>("select array_agg(id order by sort_order) from web_builder.campaign_components"))!);
        await person.RefusedAsync("23514", "insert into web_builder.campaign_components (campaign_id, name, component_type) values ($1, 'x', 'carousel')", campaign);

        var (stranger, others) = await CampaignAsync();
        await stranger.RefusedAsync("42501", Component, campaign);
        await stranger.RefusedAsync("PT409", "insert into web_builder.campaign_components (campaign_id, name, component_type, parent_component_id) values ($1, 'x', 'form', $2)", others, first);
        await stranger.RefusedAsync("PT404", "select web_builder.save_component_version($1, 'x')", first);
    }

    [Fact]
    public async Task WB_05_The_engagement_score_is_derived()
    {
        var (person, campaign) = await CampaignAsync();
        var component = await person.ScalarAsync<Guid>(Component, campaign);
        const string track = "select web_builder.track_event($1, $2, $3)";
        for (var n = 0; n < 8; n++) await fixture.Anyone.ExecuteAsync(track, campaign, "view", component);
        await fixture.Anyone.ExecuteAsync(track, campaign, "click", component);
        await fixture.Anyone.ExecuteAsync(track, campaign, "conversion", component);
        Assert.Equal("8 1 1 37.50", await person.ScalarAsync<string>("select concat_ws(' ', views, clicks, conversions, engagement_score) from web_builder.campaign_components"));
        await person.RefusedAsync("42501", "update web_builder.campaign_components set views = 1");
    }

    [Fact]
    public async Task WB_09_Fifty_visitors_at_once_are_counted_exactly()
    {
        var (person, campaign) = await CampaignAsync();
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => fixture.Anyone.ExecuteAsync("select web_builder.track_event($1, 'view', session_id => $2)", campaign, $"s{n}")));
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => fixture.Anyone.ExecuteAsync("select web_builder.track_conversion($1, 'sale', 19.99)", campaign)));
        Assert.Equal("50 50 999.50", await person.ScalarAsync<string>("select concat_ws(' ', views, conversions, revenue_generated) from web_builder.campaigns"));
        Assert.Equal(50L, await person.ScalarAsync<long>("select count(*) from web_builder.campaign_events"));
        Assert.Equal(0L, await (await fixture.SignUpAsync()).ScalarAsync<long>("select count(*) from web_builder.campaign_events"));
    }

    [Fact]
    public async Task WB_09_Address_and_agent_are_the_request_s_and_the_rate_is_limited()
    {
        var (person, campaign) = await CampaignAsync();
        await using var visitor = await fixture.Database.OpenAsync("anon");
        await visitor.ExecuteAsync("""select set_config('request.headers', '{"x-forwarded-for": "203.0.113.9", "user-agent": "curl/8"}', true)""");
        const string track = "select web_builder.track_event($1, 'view')";
        Assert.Null(await visitor.RefusalAsync("select count(web_builder.track_event($1, 'view')) from generate_series(1, 120)", campaign));
        Assert.Equal("PT429", await visitor.RefusalAsync("select count(web_builder.track_event($1, 'view')) from generate_series(1, 121)", campaign));
        await visitor.ExecuteAsync(track, campaign);
        await visitor.CommitAsync();
        Assert.Equal("203.0.113.9 curl/8", await person.ScalarAsync<string>("select concat_ws(' ', host(ip_address), user_agent) from web_builder.campaign_events"));
    }

    [Fact]
    public async Task WB_09_Odd_events_are_refused_and_revenue_is_of_the_campaign_s_currency()
    {
        var (person, campaign) = await CampaignAsync();
        var (_, others) = await CampaignAsync();
        var component = await person.ScalarAsync<Guid>(Component, campaign);
        await fixture.Anyone.RefusedAsync("23514", "select web_builder.track_event($1, 'stare')", campaign);
        await fixture.Anyone.RefusedAsync("PT404", "select web_builder.track_event($1, 'view')", Guid.NewGuid());
        await fixture.Anyone.RefusedAsync("PT404", "select web_builder.track_event($1, 'view', $2)", others, component);
        await fixture.Anyone.RefusedAsync("PT404", "select web_builder.track_conversion($1, 'sale', 5, component_id => $2)", others, component);
        await fixture.Anyone.RefusedAsync("PT400", "select web_builder.track_conversion($1, 'sale', -1)", campaign);
        await fixture.Anyone.RefusedAsync("PT400", "select web_builder.track_conversion($1, 'sale', 0.001)", campaign);
        await fixture.Anyone.RefusedAsync("42501", "insert into web_builder.campaign_events (campaign_id, event_type) values ($1, 'view')", campaign);
        await person.RefusedAsync("42501", "insert into web_builder.conversions (campaign_id, conversion_type, value) values ($1, 'sale', 1000)", campaign);
        await fixture.Anyone.ExecuteAsync("select web_builder.track_conversion($1, 'sale', 5, 'eur')", campaign);
        await fixture.Anyone.ExecuteAsync("select web_builder.track_conversion($1, 'sale', 7, 'usd')", campaign);
        Assert.Equal("2 7.00", await person.ScalarAsync<string>("select concat_ws(' ', conversions, revenue_generated) from web_builder.campaigns where id = $1", campaign));
    }

    private async Task<(Person Person, Guid Campaign)> CampaignAsync()
    {
        var person = await fixture.SignUpAsync();
        return (person, await person.ScalarAsync<Guid>("insert into web_builder.campaigns (name) values ('Spring') returning id"));
    }
}
