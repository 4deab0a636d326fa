using System.Text.Json.Nodes;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>No change is lost: cursors, other gateways, restarts, and what is kept.</summary>
public sealed class ResumeTests(RealtimeWorld world) : RealtimeTests(world), IClassFixture<RealtimeWorld>
{
    [Fact]
    public async Task A_cursor_brings_everything_after_it_once_and_in_order()
    {
        var ada = await Platform.SignUpAsync();
        var room = NewRoom();
        string cursor;
        int first;
        await using (var client = await PhoenixClient.ConnectAsync(Platform))
        {
            await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"));
            await InsertAsync(first = NewNote(), ada.Id, room);
            cursor = (string)(await client.ChangeAsync())["cursor"]!;
        }
        // Another one reads them, so that they are known to lie behind: as one burst they could still come live, and be too many at once.
        var missed = new List<int>();
        await using var follower = await PhoenixClient.ConnectAsync(Platform);
        await follower.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"));
        for (var i = 0; i < 3; i++)
        {
            var ids = await InsertManyAsync(ada.Id, room, 400);
            Assert.Equal(ids, await IdsAsync(follower, ids.Count));
            missed.AddRange(ids);
        }

        await using var again = await PhoenixClient.ConnectAsync(Platform);
        await again.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"), cursor);
        await InsertAsync(first = NewNote(), ada.Id, room);

        Assert.Equal([.. missed, first], await IdsAsync(again, missed.Count + 1));
    }

    [Fact]
    public async Task A_cursor_within_a_transaction_goes_on_within_it()
    {
        var ada = await Platform.SignUpAsync();
        var room = NewRoom();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"));
        var ids = await InsertManyAsync(ada.Id, room, 5);
        await client.ChangeAsync();
        var cursor = (string)(await client.ChangeAsync())["cursor"]!;

        await using var again = await PhoenixClient.ConnectAsync(Platform);
        await again.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"), cursor);

        Assert.Equal(ids.Skip(2), await IdsAsync(again, 3));
    }

    [Fact]
    public async Task Another_gateway_takes_the_cursor_and_reads_the_log_again_for_it()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var one = await RealtimeWorld.StartOnAsync(database);
        var ada = await one.SignUpAsync();
        string cursor;
        await using (var client = await PhoenixClient.ConnectAsync(one))
        {
            await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
            await InsertAsync(database, 1, ada.Id);
            cursor = (string)(await client.ChangeAsync())["cursor"]!;
        }
        await database.ExecuteAsync("insert into public.notes (id, owner) select n, $1 from generate_series(2, 700) n", ada.Id);
        await database.ExecuteAsync("delete from public.notes where id = 500");

        // It begins to follow now, from behind those changes: memory does not hold them.
        await using var two = await RealtimeWorld.StartOnAsync(database, ("Realtime:RecentMegabytes", "1"));
        await using var again = await PhoenixClient.ConnectAsync(two);
        await again.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(), cursor);
        await InsertAsync(database, 9000, ada.Id);

        Assert.Equal([.. Enumerable.Range(2, 699), 500, 9000], await IdsAsync(again, 701));
    }

    [Fact]
    public async Task A_gateway_that_was_stopped_is_followed_by_one_that_has_what_its_clients_missed()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        TestUser ada;
        string cursor;
        await using (var one = await RealtimeWorld.StartOnAsync(database))
        {
            ada = await one.SignUpAsync();
            await using var client = await PhoenixClient.ConnectAsync(one);
            await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
            await InsertAsync(database, 1, ada.Id);
            cursor = (string)(await client.ChangeAsync())["cursor"]!;
            await one.StopAsync();
            await client.ServerClosesAsync();
            Assert.Equal(1012, (int?)client.Closed);
        }
        await InsertAsync(database, 2, ada.Id);

        await using var next = await RealtimeWorld.StartOnAsync(database);
        await using var again = await PhoenixClient.ConnectAsync(next);
        await again.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(), cursor);
        await InsertAsync(database, 3, ada.Id);

        Assert.Equal([2, 3], await IdsAsync(again, 2));
        // The server notices in its own time that the one before is gone.
        await database.UntilAsync("select count(*) = 1 from pg_replication_slots where database = current_database() and slot_name like '%reader%'");
    }

    [Fact]
    public async Task A_cursor_older_than_what_is_kept_is_told_to_read_anew()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var one = await RealtimeWorld.StartOnAsync(database);
        var ada = await one.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(one);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await InsertAsync(database, 1, ada.Id);
        var cursor = (string)(await client.ChangeAsync())["cursor"]!;
        await one.DisposeAsync();
        // What the upkeep does once the log is older than the retention; a cluster-wide place, as of now.
        await database.ExecuteAsync("insert into public.notes values (2)");
        await RealtimeWorld.DropSlotsAsync(database, "%");

        await using var two = await RealtimeWorld.StartOnAsync(database);
        await using var again = await PhoenixClient.ConnectAsync(two);
        await again.JoinAsync(NewTopic(), new { postgres_changes = new[] { Notes() }, since = cursor }, ada.AccessToken);

        var system = (await again.NextAsync(one => one.Event == "system" && (string?)one.Payload["status"] == "error")).Payload;
        Assert.StartsWith("resync_required", (string?)system["message"], StringComparison.Ordinal);
        await again.NextAsync("phx_close");
    }

    [Fact]
    public async Task A_truncated_table_is_to_be_read_anew_by_those_who_follow_its_deletes()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var platform = await RealtimeWorld.StartOnAsync(database);
        var ada = await platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(platform);
        await using var other = await PhoenixClient.ConnectAsync(platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await other.SubscribeAsync(NewTopic(), ada.AccessToken, Notes("INSERT"));
        await InsertAsync(database, 1, ada.Id);
        await database.ExecuteAsync("truncate public.note_members, public.notes");
        await InsertAsync(database, 2, ada.Id);

        var before = await client.ChangeAsync();
        var system = (await client.NextAsync(one => one.Event == "system" && (string?)one.Payload["status"] == "error")).Payload;
        Assert.Equal("resync_required: The table was truncated; read the rows again", (string?)system["message"]);
        Assert.Equal((string?)before["cursor"], (string?)system["cursor"]);
        await client.NextAsync("phx_error"); // on which the official client joins again
        Assert.Equal([1, 2], await IdsAsync(other, 2));

        await using var late = await PhoenixClient.ConnectAsync(platform);
        await late.JoinAsync(NewTopic(), new { postgres_changes = new[] { Notes() }, since = (string?)before["cursor"] }, ada.AccessToken);
        Assert.StartsWith("resync_required", (string?)(await late.NextAsync(one => one.Event == "system" && (string?)one.Payload["status"] == "error")).Payload["message"], StringComparison.Ordinal);
        await late.NextAsync("phx_close"); // with the same cursor it would be refused again
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFF-1", "resync_required")]
    [InlineData("0-0", "resync_required")]
    public async Task A_cursor_of_another_database_is_told_to_read_anew(string cursor, string code)
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);

        await client.JoinAsync(NewTopic(), new { postgres_changes = new[] { Notes() }, since = cursor }, ada.AccessToken);

        Assert.StartsWith(code, (string?)(await client.NextAsync(one => one.Event == "system" && (string?)one.Payload["status"] == "error")).Payload["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_commits_after_the_acknowledgement_is_delivered_though_it_began_before()
    {
        var ada = await Platform.SignUpAsync();
        var note = NewNote();
        await using var writer = await Database.OpenAdminAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("insert into public.notes (id, owner) values ($1, $2)", writer) { Parameters = { new() { Value = note }, new() { Value = ada.Id } } })
            await insert.ExecuteNonQueryAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());

        await transaction.CommitAsync();

        Assert.Equal(note, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    private static Task<int> InsertAsync(TestDatabase database, int id, Guid owner) => database.ExecuteAsync("insert into public.notes (id, owner) values ($1, $2)", id, owner);

    private async Task<List<int>> InsertManyAsync(Guid owner, int room, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => NewNote()).ToList();
        await Database.ExecuteAsync("insert into public.notes (id, owner, room) select id, $2, $3 from unnest($1::int[]) id", ids.ToArray(), owner, room);
        return ids;
    }
}
