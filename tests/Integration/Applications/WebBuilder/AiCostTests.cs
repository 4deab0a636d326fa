using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.WebBuilder;

public sealed class AiCostTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Generate = "insert into web_builder.ai_generations (generation_type, prompt_text) values ('component', 'A form') returning id";
    private const string Spend =
        "insert into web_builder.ai_generations (user_id, generation_type, prompt_text, model_used, cost, prompt_tokens, completion_tokens) values ($1, 'analysis', 'x', $2, $3, 10, 5)";

    [Fact]
    public async Task WB_06_A_generation_ends_once_and_its_person_rates_what_was_completed()
    {
        var person = await fixture.SignUpAsync();
        var generation = await person.ScalarAsync<Guid>(Generate);
        await person.RefusedAsync("PT409", "update web_builder.ai_generations set user_rating = 5");
        await person.RefusedAsync("42501", "update web_builder.ai_generations set cost = 0");
        await fixture.Service.ExecuteAsync("update web_builder.ai_generations set status = 'completed', cost = 0.0123 where id = $1", generation);
        Assert.True(await person.ScalarAsync<bool>("select completed_at is not null and generation_time_seconds >= 0 from web_builder.ai_generations"));
        await person.RefusedAsync("23514", "update web_builder.ai_generations set user_rating = 6");
        Assert.Equal(1, await person.ExecuteAsync("update web_builder.ai_generations set user_rating = 4, accepted = true, user_feedback = 'Good'"));
        await person.RefusedAsync("PT409", "update web_builder.ai_generations set status = 'cancelled'");
        await fixture.Service.RefusedAsync("PT409", "update web_builder.ai_generations set status = 'failed' where id = $1", generation);
    }

    [Fact]
    public async Task WB_06_Its_person_cancels_and_completes_nothing()
    {
        var person = await fixture.SignUpAsync();
        await person.ExecuteAsync(Generate);
        Assert.Equal(1, await person.ExecuteAsync("update web_builder.ai_generations set status = 'cancelled'"));
        var another = await fixture.SignUpAsync();
        await another.ExecuteAsync(Generate);
        await another.RefusedAsync("PT403", "update web_builder.ai_generations set status = 'completed'");
    }

    [Fact]
    public async Task WB_06_Campaign_and_component_are_the_same_person_s_whoever_writes()
    {
        var (person, other) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var campaign = await other.ScalarAsync<Guid>("insert into web_builder.campaigns (name) values ('Other') returning id");
        var component = await other.ScalarAsync<Guid>("insert into web_builder.campaign_components (campaign_id, name, component_type) values ($1, 'Form', 'form') returning id", campaign);
        await person.RefusedAsync("PT403", "insert into web_builder.ai_generations (campaign_id, generation_type, prompt_text) values ($1, 'campaign', 'x')", campaign);
        await person.RefusedAsync("PT403", "insert into web_builder.ai_generations (component_id, generation_type, prompt_text) values ($1, 'component', 'x')", component);
        await fixture.Service.RefusedAsync("PT403", "insert into web_builder.ai_generations (user_id, campaign_id, generation_type, prompt_text) values ($1, $2, 'campaign', 'x')", person.Id, campaign);
        await person.RefusedAsync("PT404", "select web_builder.generate_campaign($1, 'x')", campaign);
        await person.RefusedAsync("42501", "insert into web_builder.ai_generations (user_id, generation_type, prompt_text) values ($1, 'campaign', 'x')", other.Id);
    }

    [Fact]
    public async Task WB_07_Fifty_generations_at_once_are_summed_exactly_by_provider()
    {
        var person = await fixture.SignUpAsync();
        await fixture.Service.ExecuteAsync("update web_builder.users set subscription_tier = 'agency' where id = $1", person.Id);
        string[] models = ["gpt-5", "claude-sonnet", "llama-4"];
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => fixture.Service.ExecuteAsync(Spend, person.Id, models[n % 3], 0.0101m)));
        Assert.Equal("0.1717 0.1717 0.5050 50 750", await person.ScalarAsync<string>(
            "select concat_ws(' ', openai_cost, anthropic_cost, total_cost, generations_count, tokens_used) from web_builder.ai_cost_tracking"));

        // A corrected and a deleted generation are corrected there, too.
        await fixture.Service.ExecuteAsync("update web_builder.ai_generations set cost = cost + 1, model_used = 'gpt-5' where id = (select id from web_builder.ai_generations where user_id = $1 and model_used = 'llama-4' limit 1)", person.Id);
        await fixture.Service.ExecuteAsync("delete from web_builder.ai_generations where id = (select id from web_builder.ai_generations where user_id = $1 and model_used = 'claude-sonnet' limit 1)", person.Id);
        Assert.True(await person.ScalarAsync<bool>(
            """
            select (t.openai_cost, t.anthropic_cost, t.total_cost, t.generations_count, t.tokens_used::bigint) = (
              select sum(cost) filter (where model_used like 'gpt%'), sum(cost) filter (where model_used like 'claude%'), sum(cost), count(*)::int, sum(prompt_tokens + completion_tokens)
              from web_builder.ai_generations)
            from web_builder.ai_cost_tracking as t
            """));
    }

    [Fact]
    public async Task WB_07_One_alert_a_day_and_person()
    {
        var person = await fixture.SignUpAsync();
        await fixture.Service.ExecuteAsync("update web_builder.users set subscription_tier = 'creator' where id = $1", person.Id); // alert above 5, limit 10
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", _ => fixture.Service.ExecuteAsync(Spend, person.Id, "gpt-5", 0.15m)));
        Assert.Equal(1L, await person.ScalarAsync<long>("select count(*) from web_builder.ai_cost_alerts where threshold = 5 and total_cost > 5 and date = (now() at time zone 'UTC')::date"));
    }

    [Fact]
    public async Task WB_07_Fifty_at_once_never_pass_the_day_s_limit()
    {
        var person = await fixture.SignUpAsync();
        await fixture.Service.ExecuteAsync("update web_builder.users set subscription_tier = 'creator' where id = $1", person.Id);
        Assert.Equal(30, await ApplicationFixture.FiftyAsync("PT402", _ => fixture.Service.ExecuteAsync(Spend, person.Id, "gpt-5", 0.5m)));
        Assert.Equal(10m, await person.ScalarAsync<decimal>("select total_cost from web_builder.ai_cost_tracking"));
        Assert.Contains("$10 on AI a day", (await person.RefusedAsync("PT402", Generate)).MessageText, StringComparison.Ordinal);
        // Yesterday's money is not today's.
        await fixture.Operator.ExecuteAsync("update web_builder.ai_generations set created_at = created_at - interval '1 day' where user_id = $1", person.Id);
        Assert.Equal(0m, await person.ScalarAsync<decimal>("select total_cost from web_builder.ai_cost_tracking where date = (now() at time zone 'UTC')::date"));
        await person.ExecuteAsync(Generate);
    }

    [Fact]
    public async Task WB_07_A_campaign_is_generated_until_the_limit_is_reached()
    {
        var person = await fixture.SignUpAsync(); // freemium: a dollar a day
        var campaign = await person.ScalarAsync<Guid>("insert into web_builder.campaigns (name) values ('Spring') returning id");
        var generation = await person.ScalarAsync<Guid>("select id from web_builder.generate_campaign($1, 'Write it')", campaign);
        Assert.Equal("generating", await person.ScalarAsync<string>("select status from web_builder.campaigns"));
        await fixture.Service.ExecuteAsync("update web_builder.ai_generations set status = 'completed', cost = 1 where id = $1", generation);
        Assert.Equal("ready", await person.ScalarAsync<string>("select status from web_builder.campaigns"));
        Assert.Equal("1.0000 1", await person.ScalarAsync<string>("select concat_ws(' ', cost_this_month, generations_this_month) from web_builder.campaign_overview"));

        var next = await person.ScalarAsync<Guid>("insert into web_builder.campaigns (name) values ('Summer') returning id");
        await person.RefusedAsync("PT402", "select web_builder.generate_campaign($1, 'Write it')", next);
        Assert.Equal("draft", await person.ScalarAsync<string>("select status from web_builder.campaigns where id = $1", next));
    }
}

/// <summary>Apart from the others: these switch AI off for everybody in their database.</summary>
public sealed class AiShutOffTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Generate = "insert into web_builder.ai_generations (generation_type, prompt_text) values ('component', 'A form')";
    private const string Set = "update web_builder.app_settings set value = $2::jsonb where key = $1";

    [Fact]
    public async Task WB_07_The_shut_off_refuses_one_or_all_and_so_does_the_limit_of_all()
    {
        var (one, other) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        await fixture.Service.ExecuteAsync(Set, "ai_shutoff", $$"""{"all": false, "users": ["{{one.Id}}"]}""");
        await one.RefusedAsync("PT402", Generate);
        await other.ExecuteAsync(Generate);

        await fixture.Service.ExecuteAsync(Set, "ai_shutoff", """{"all": true, "users": []}""");
        await other.RefusedAsync("PT402", Generate);

        await fixture.Service.ExecuteAsync(Set, "ai_shutoff", """{"all": false, "users": []}""");
        await fixture.Service.ExecuteAsync(Set, "ai_cost_limit", """{"total": 2}""");
        Guid[] people = [one.Id, other.Id];
        Assert.Equal(30, await ApplicationFixture.FiftyAsync("PT402", n => fixture.Service.ExecuteAsync(
            "insert into web_builder.ai_generations (user_id, generation_type, prompt_text, cost) values ($1, 'analysis', 'x', 0.1)", people[n % 2])));
        await one.RefusedAsync("PT402", Generate);
    }
}
