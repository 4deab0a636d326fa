using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class BoxTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Order = "insert into spike_land.box_actions (box_id, action) values ($1, $2::spike_land.box_action_type)";
    private const string Status = "select status::text from spike_land.boxes where id = $1";

    [Fact]
    public async Task SL_15_A_box_s_status_follows_its_actions()
    {
        var (owner, _, box) = await BoxAsync(tokens: 100);
        Assert.Equal("CREATING", await owner.ScalarAsync<string>(Status, box));
        await owner.RefusedAsync("PT409", Order, box, "STOP"); // it is being created
        await CarryOutAsync(box);
        Assert.Equal("RUNNING", await owner.ScalarAsync<string>(Status, box));
        await owner.RefusedAsync("PT409", Order, box, "START");
        await owner.ExecuteAsync(Order, box, "STOP");
        Assert.Equal("STOPPING", await owner.ScalarAsync<string>(Status, box));
        await owner.RefusedAsync("PT409", Order, box, "STOP");
        await CarryOutAsync(box);
        Assert.Equal("STOPPED", await owner.ScalarAsync<string>(Status, box));
        await owner.ExecuteAsync(Order, box, "START");
        await CarryOutAsync(box, "FAILED");
        Assert.Equal("ERROR", await owner.ScalarAsync<string>(Status, box));
        await owner.RefusedAsync("42501", "update spike_land.boxes set status = 'RUNNING' where id = $1", box);
    }

    [Fact]
    public async Task SL_15_Of_fifty_orders_at_once_one_is_taken()
    {
        var (owner, _, box) = await BoxAsync(tokens: 100);
        await CarryOutAsync(box);
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => owner.ExecuteAsync(Order, box, "RESTART")));
    }

    [Fact]
    public async Task SL_15_An_order_waits_for_the_one_before_it_and_is_told_what_the_box_is_then()
    {
        var (owner, _, box) = await BoxAsync(tokens: 100);
        await CarryOutAsync(box);
        var refusal = await fixture.WhileAsync(owner, Order, [box, "STOP"], () => owner.RefusedAsync("PT409", Order, box, "STOP"));
        Assert.Contains("\"STOPPING\": STOP is not possible", refusal.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SL_15_Each_begun_hour_is_charged_once_and_a_box_without_tokens_stops()
    {
        var (owner, id, box) = await BoxAsync(tokens: 7); // two tokens an hour
        await CarryOutAsync(box);
        Assert.Equal(5, await fixture.BalanceAsync(id)); // the first hour
        await fixture.Operator.ExecuteAsync("update spike_land.user_token_balances set last_regeneration = now() + interval '1 day' where user_id = $1", id); // nothing grows back
        const string charge = "select spike_land_private.charge_box($1, (select charged_until from spike_land.boxes where id = $1) + make_interval(mins => $2))";
        await fixture.Operator.ExecuteAsync(charge, box, -1);
        Assert.Equal(5, await fixture.BalanceAsync(id));
        var second = await fixture.SeenAsync<DateTime>("select charged_until from spike_land.boxes where id = $1", box);
        await ApplicationFixture.FiftyAsync("none", _ => fixture.Operator.ExecuteAsync("select spike_land_private.charge_box($1, $2)", box, second));
        Assert.Equal(3, await fixture.BalanceAsync(id));
        await fixture.Operator.ExecuteAsync(charge, box, 300); // six hours more, and tokens for one
        Assert.Equal(1, await fixture.BalanceAsync(id));
        Assert.Equal("STOPPING", await owner.ScalarAsync<string>(Status, box));
        await CarryOutAsync(box);
        await owner.RefusedAsync("PT402", Order, box, "START");
        Assert.Equal("STOPPED", await owner.ScalarAsync<string>(Status, box));
    }

    [Fact]
    public async Task SL_15_What_has_grown_back_by_the_moment_pays_for_it()
    {
        var (owner, id, box) = await BoxAsync(tokens: 4);
        await CarryOutAsync(box); // two are taken, two are left: an hour's; four grow back in the next
        await fixture.Operator.ExecuteAsync("select spike_land_private.charge_box($1, (select charged_until + interval '1 hour 1 minute' from spike_land.boxes where id = $1))", box);
        Assert.Equal("RUNNING", await owner.ScalarAsync<string>(Status, box));
        Assert.InRange(await fixture.BalanceAsync(id), 5, 7); // 2 and what two hours brought, less two hours
    }

    [Fact]
    public async Task SL_15_A_deleted_box_is_hidden_not_gone()
    {
        var (owner, _, box) = await BoxAsync(tokens: 10);
        await CarryOutAsync(box);
        await owner.ExecuteAsync(Order, box, "DELETE");
        Assert.Null(await owner.ScalarAsync<string>(Status, box));
        await CarryOutAsync(box);
        Assert.Equal("TERMINATED", await fixture.SeenAsync<string>("select status::text from spike_land.boxes where id = $1 and deleted_at is not null", box));
        await owner.RefusedAsync("42501", "delete from spike_land.boxes where id = $1", box);
    }

    [Fact]
    public async Task SL_15_A_clone_is_another_box_that_rests()
    {
        var (owner, _, box) = await BoxAsync(tokens: 10);
        await CarryOutAsync(box);
        await owner.ExecuteAsync(Order, box, "CLONE");
        await CarryOutAsync(box);
        Assert.Equal("Copy of Browser STOPPED 2", await owner.ScalarAsync<string>("select concat_ws(' ', name, status, price_per_hour) from spike_land.box_overview where id <> $1", box));
    }

    [Fact]
    public async Task SL_15_Tasks_and_messages_are_the_owner_s_to_see_and_the_agent_s_words_the_agent_s()
    {
        var (owner, _, box) = await BoxAsync(tokens: 10);
        var (other, _) = await fixture.LanderAsync();
        await fixture.Service.ExecuteAsync("insert into spike_land.agent_tasks (box_id, type, payload) values ($1, 'NAVIGATE', '{\"url\": \"https://example.com\"}')", box);
        await fixture.Service.ExecuteAsync("insert into spike_land.box_messages (box_id, role, content) values ($1, 'AGENT', 'Done.')", box);
        const string write = "insert into spike_land.box_messages (box_id, content) values ($1, 'Go on.')";
        await owner.ExecuteAsync(write, box);
        Assert.Equal("1 2", await owner.ScalarAsync<string>("select (select count(*) from spike_land.agent_tasks) || ' ' || (select count(*) from spike_land.box_messages)"));
        Assert.Equal("0 0", await other.ScalarAsync<string>("select (select count(*) from spike_land.agent_tasks) || ' ' || (select count(*) from spike_land.box_messages)"));
        await other.RefusedAsync("42501", write, box);
        await other.RefusedAsync("42501", Order, box, "STOP");
        await owner.RefusedAsync("42501", "insert into spike_land.box_messages (box_id, role, content) values ($1, 'AGENT', 'I am the agent.')", box);
        await owner.RefusedAsync("42501", "insert into spike_land.agent_tasks (box_id, type) values ($1, 'CLICK')", box);
        await fixture.Service.RefusedAsync("PT409", "update spike_land.agent_tasks set status = 'COMPLETED' where box_id = $1", box);
        await fixture.Operator.RefusedAsync("PT405", "update spike_land.box_messages set content = 'Never said.' where box_id = $1", box);
    }

    [Fact]
    public async Task SL_15_A_box_needs_a_size_that_is_offered_and_its_first_hour()
    {
        var (poor, _) = await fixture.LanderAsync(tokens: 1);
        const string create = "insert into spike_land.boxes (name, tier_id) select 'Browser', $1 returning id";
        await poor.RefusedAsync("PT402", create, await TierAsync());
        Assert.Equal(0L, await poor.ScalarAsync<long>("select count(*) from spike_land.boxes"));
        await poor.RefusedAsync("42501", create, "an invented tier");
        await poor.RefusedAsync("42501", "insert into spike_land.boxes (name) values ('Free of charge')");
        var retired = await fixture.Service.ScalarAsync<string>(
            "insert into spike_land.box_tiers (name, cpu, ram, storage, price_per_hour, price_per_month, is_active) values ($1, 1, 1, 1, 0, 0, false) returning id", $"Retired {Guid.NewGuid():N}");
        await poor.RefusedAsync("42501", create, retired);
    }

    private Task<string?> TierAsync() => fixture.Anyone.ScalarAsync<string>("select id from spike_land.box_tiers where name = 'Standard'");

    private async Task<(Person Owner, string Id, string Box)> BoxAsync(int tokens)
    {
        var (owner, id) = await fixture.LanderAsync(tokens);
        return (owner, id, (await owner.ScalarAsync<string>("insert into spike_land.boxes (name, tier_id) values ('Browser', $1) returning id", await TierAsync()))!);
    }

    private async Task CarryOutAsync(string box, string end = "COMPLETED")
    {
        const string move = "update spike_land.box_actions set status = $2::spike_land.job_status where box_id = $1 and status in ('PENDING', 'PROCESSING')";
        await fixture.Service.ExecuteAsync(move, box, "PROCESSING");
        Assert.Equal(1, await fixture.Service.ExecuteAsync(move, box, end));
    }
}
