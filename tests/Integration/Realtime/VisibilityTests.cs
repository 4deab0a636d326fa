using System.Text.Json.Nodes;

namespace Hedgerow.Tests.Integration.Realtime;

public sealed class VisibilityTests(RealtimeWorld world) : RealtimeTests(world), IClassFixture<RealtimeWorld>
{
    [Fact]
    public async Task Each_hears_of_the_rows_that_the_policies_show_them_and_of_no_others()
    {
        var (ada, grace) = (await Platform.SignUpAsync(), await Platform.SignUpAsync());
        await using var hers = await PhoenixClient.ConnectAsync(Platform);
        await using var theirs = await PhoenixClient.ConnectAsync(Platform);
        await hers.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await theirs.SubscribeAsync(NewTopic(), grace.AccessToken, Notes());
        var (first, second) = (NewNote(), NewNote());

        await InsertAsync(first, ada.Id);
        await InsertAsync(second, grace.Id);

        Assert.Equal(first, (int?)(await hers.ChangeAsync())["record"]!["id"]);
        Assert.Equal(second, (int?)(await theirs.ChangeAsync())["record"]!["id"]);
    }

    [Fact]
    public async Task A_delete_is_heard_by_those_alone_who_could_see_the_row()
    {
        var (ada, grace) = (await Platform.SignUpAsync(), await Platform.SignUpAsync());
        var (first, second) = (NewNote(), NewNote());
        await InsertAsync(first, ada.Id);
        await InsertAsync(second, grace.Id);
        await using var theirs = await PhoenixClient.ConnectAsync(Platform);
        await theirs.SubscribeAsync(NewTopic(), grace.AccessToken, Notes("DELETE"));

        await Database.ExecuteAsync($"delete from public.notes where id = {first}");
        await Database.ExecuteAsync($"delete from public.notes where id = {second}");

        var change = await theirs.ChangeAsync();
        Assert.Equal("DELETE", (string?)change["type"]);
        Assert.Equal($$"""{"id":{{second}}}""", change["old_record"]!.ToJsonString());
    }

    [Fact]
    public async Task A_row_that_leaves_the_sight_arrives_as_a_delete_and_one_that_enters_it_as_an_update()
    {
        var (ada, grace) = (await Platform.SignUpAsync(), await Platform.SignUpAsync());
        var note = NewNote();
        await InsertAsync(note, ada.Id);
        await using var hers = await PhoenixClient.ConnectAsync(Platform);
        await using var theirs = await PhoenixClient.ConnectAsync(Platform);
        await hers.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await theirs.SubscribeAsync(NewTopic(), grace.AccessToken, Notes());

        await Database.ExecuteAsync("update public.notes set owner = $2 where id = $1", note, grace.Id);

        var gone = await hers.ChangeAsync();
        Assert.Equal(("DELETE", note), ((string?)gone["type"], (int?)gone["old_record"]!["id"]));
        Assert.Null(gone["record"]);
        var come = await theirs.ChangeAsync();
        Assert.Equal(("UPDATE", note), ((string?)come["type"], (int?)come["record"]!["id"]));
        Assert.Equal("{}", come["old_record"]!.ToJsonString());
    }

    [Fact]
    public async Task A_membership_counts_from_the_next_change_on()
    {
        var ada = await Platform.SignUpAsync();
        var room = NewRoom();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"));
        var notes = (Before: NewNote(), During: NewNote(), After: NewNote(), Last: NewNote());

        await InsertAsync(notes.Before, Guid.NewGuid(), room);
        // What comes is decided when it is looked at: an own note shows that what was before it has been.
        await SeenAsync(client, ada.Id, room);
        await Database.ExecuteAsync("insert into public.note_members values ($1, $2)", room, ada.Id);
        await InsertAsync(notes.During, Guid.NewGuid(), room);
        Assert.Equal(notes.During, (int?)(await client.ChangeAsync())["record"]!["id"]);
        await Database.ExecuteAsync("delete from public.note_members where room = $1", room);
        await InsertAsync(notes.After, Guid.NewGuid(), room);
        await InsertAsync(notes.Last, ada.Id, room);

        Assert.Equal(notes.Last, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    [Fact]
    public async Task A_changed_policy_counts_from_the_next_change_on_restrictive_ones_too()
    {
        await Database.ExecuteAsync(
            """
            create table public.drafts (id int primary key, state text);
            alter table public.drafts enable row level security, force row level security;
            grant select on public.drafts to authenticated;
            create policy anybody on public.drafts for select to authenticated using (true);
            """);
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, new { @event = "*", schema = "public", table = "drafts" });

        await Database.ExecuteAsync("insert into public.drafts values (1, 'open')");
        Assert.Equal(1, (int?)(await client.ChangeAsync())["record"]!["id"]);
        await Database.ExecuteAsync("create policy open_ones on public.drafts as restrictive for select to authenticated using (state = 'open')");
        await Database.ExecuteAsync("insert into public.drafts values (2, 'closed')");
        await Database.ExecuteAsync("insert into public.drafts values (3, 'open')");

        Assert.Equal(3, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    [Fact]
    public async Task A_column_that_the_role_may_not_read_is_not_sent()
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await using var service = await PhoenixClient.ConnectAsync(Platform, Platform.ServiceKey);
        await Database.ExecuteAsync("grant select on public.notes to service_role");
        await service.SubscribeAsync(NewTopic(), Platform.ServiceKey, Notes());

        await InsertAsync(NewNote(), ada.Id);

        var change = await client.ChangeAsync();
        Assert.Null(change["record"]!["secret"]);
        Assert.DoesNotContain(change["columns"]!.AsArray(), column => (string?)column!["name"] == "secret");
        Assert.Equal("nobody reads this", (string?)(await service.ChangeAsync())["record"]!["secret"]);
    }

    [Fact]
    public async Task A_policy_that_breaks_on_one_row_hides_that_row_alone()
    {
        await Database.ExecuteAsync(
            """
            create table public.odd (id int primary key, divisor int);
            alter table public.odd enable row level security, force row level security;
            grant select on public.odd to authenticated;
            create policy quotient on public.odd for select to authenticated using (10 / divisor > 0);
            """);
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, new { @event = "*", schema = "public", table = "odd" });

        await Database.ExecuteAsync("insert into public.odd values (1, 0), (2, 5)");

        Assert.Equal(2, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    [Fact]
    public async Task A_policy_may_read_generated_columns_and_its_own_table()
    {
        await Database.ExecuteAsync(
            """
            create table public.tree (id int primary key, parent int, owner uuid, double int generated always as (id * 2) stored);
            alter table public.tree enable row level security, force row level security;
            grant select on public.tree to authenticated;
            create function public.owner_of(node int) returns uuid language sql stable security definer set search_path = '' as
              $$ select t.owner from public.tree t where t.id = node $$;
            grant execute on function public.owner_of(int) to authenticated;
            create policy below on public.tree for select to authenticated
              using (double > 2 and coalesce(owner, public.owner_of(parent)) = (select auth.uid()));
            """);
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, new { @event = "INSERT", schema = "public", table = "tree" });

        await Database.ExecuteAsync("insert into public.tree (id, owner) values (1, $1), (2, $1)", ada.Id);
        await Database.ExecuteAsync("insert into public.tree (id, parent) values (3, 2)");

        Assert.Equal(2, (int?)(await client.ChangeAsync())["record"]!["id"]);
        Assert.Equal(3, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    [Fact]
    public async Task A_large_value_that_did_not_change_is_in_the_record()
    {
        var ada = await Platform.SignUpAsync();
        var note = NewNote();
        // Random text does not compress: it is stored out of line.
        await Database.ExecuteAsync("insert into public.notes (id, owner, body) select $1, $2, string_agg(md5(random()::text), '') from generate_series(1, 1000)", note, ada.Id);
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes("UPDATE"));

        await Database.ExecuteAsync("update public.notes set done = true where id = $1", note);

        var record = (await client.ChangeAsync())["record"]!;
        Assert.Equal(32_000, ((string?)record["body"])!.Length);
        Assert.True((bool?)record["done"]);
    }

    [Fact]
    public async Task Values_look_as_postgresql_makes_json_of_them()
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes("INSERT"));
        var note = NewNote();

        await Database.ExecuteAsync(
            """
            insert into public.notes (id, owner, body, tags, at, amount, data, done)
            values ($1, $2, E'Zeile\n"zwei" \\ ü 🌳', array['a', null, 'b,"c"'], '2026-01-02 03:04:05.678+00', 12.50, '{"x": [1, {"y": null}]}', false)
            """, note, ada.Id);

        var record = (await client.ChangeAsync())["record"]!;
        var expected = JsonNode.Parse((await Database.ScalarAsync<string>("select (to_jsonb(n) - 'secret')::text from public.notes n where id = $1", note))!)!;
        Assert.True(JsonNode.DeepEquals(expected, record), $"{expected.ToJsonString()}\n{record.ToJsonString()}");
    }

    [Fact]
    public async Task A_new_column_is_told_from_the_next_change_on_and_partitions_speak_for_their_table()
    {
        await Database.ExecuteAsync(
            """
            create table public.events (id int, at date, primary key (id, at)) partition by range (at);
            create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
            alter table public.events enable row level security, force row level security;
            grant select on public.events to authenticated;
            create policy anybody on public.events for select to authenticated using (true);
            """);
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, new { @event = "*", schema = "public", table = "events" });

        await Database.ExecuteAsync("insert into public.events values (1, '2026-05-05')");
        Assert.Equal("""{"id":1,"at":"2026-05-05"}""", (await client.ChangeAsync())["record"]!.ToJsonString());
        await Database.ExecuteAsync("alter table public.events add column place text default 'here'");
        await Database.ExecuteAsync("update public.events set place = 'there'");

        Assert.Equal("""{"id":1,"at":"2026-05-05","place":"there"}""", (await client.ChangeAsync())["record"]!.ToJsonString());
    }

    [Fact]
    public async Task A_published_table_with_generated_columns_can_be_written()
    {
        await Database.ExecuteAsync(
            """
            create table public.sums (id int primary key, a int, doubled int generated always as (a * 2) stored);
            alter table public.sums enable row level security, force row level security;
            grant select on public.sums to authenticated;
            create policy anybody on public.sums for select to authenticated using (doubled > 0);
            """);
        // From PostgreSQL 18 on a generated column may be virtual, which cannot be published.
        var hasVirtual = await Database.ScalarAsync<bool>("select current_setting('server_version_num')::int >= 180000");
        if (hasVirtual) await Database.ExecuteAsync("alter table public.sums add column tripled int generated always as (a * 3) virtual");
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, new { @event = "*", schema = "public", table = "sums" });

        await Database.ExecuteAsync("insert into public.sums (id, a) values (1, 1)");
        await Database.ExecuteAsync("update public.sums set a = 2");
        await Database.ExecuteAsync("delete from public.sums");

        Assert.Equal("INSERT", (string?)(await client.ChangeAsync())["type"]);
        Assert.Equal(2, (int?)(await client.ChangeAsync())["record"]!["a"]);
        // Its old row is logged where it may be.
        if (!hasVirtual) Assert.Equal("DELETE", (string?)(await client.ChangeAsync())["type"]);
    }

    /// <summary>Until an own note has come through, which is seen whatever the memberships are.</summary>
    private async Task SeenAsync(PhoenixClient client, Guid owner, int room)
    {
        var mark = NewNote();
        await InsertAsync(mark, owner, room);
        Assert.Equal(mark, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }
}
