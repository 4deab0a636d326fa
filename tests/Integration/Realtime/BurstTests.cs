using System.Diagnostics.Metrics;
using Hedgerow.Postgres;
using Hedgerow.Realtime;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Wal;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>More changes at once than wait in memory for one client: who reads gets them all, who does not is cut, and neither holds up the others.</summary>
public sealed class BurstTests(RealtimeWorld world) : RealtimeTests(world), IClassFixture<RealtimeWorld>
{
    [Fact]
    public async Task Transactions_of_five_thousand_changes_in_a_row_reach_clients_that_read_whole_and_in_order()
    {
        var (ada, eve) = (await Platform.SignUpAsync(), await Platform.SignUpAsync());
        var room = NewRoom();
        await using var hers = await PhoenixClient.ConnectAsync(Platform);
        await using var others = await PhoenixClient.ConnectAsync(Platform, v1: true);
        await hers.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"));
        await others.SubscribeAsync(NewTopic(), eve.AccessToken, Notes(filter: $"room=eq.{room}"));

        // Each sees every second row of them.
        var (adas, eves) = (new List<int>(), new List<int>());
        for (var i = 0; i < 3; i++)
        {
            var ids = Enumerable.Range(0, 10_000).Select(_ => NewNote()).ToList();
            await Database.ExecuteAsync(
                "insert into public.notes (id, owner, room) select id, case n % 2 when 1 then $2 else $3 end, $4 from unnest($1::int[]) with ordinality as all_of_them (id, n) order by n",
                ids.ToArray(), ada.Id, eve.Id, room);
            adas.AddRange(ids.Where((_, n) => n % 2 == 0));
            eves.AddRange(ids.Where((_, n) => n % 2 == 1));
        }
        await InsertAsync(NewNote(), Guid.NewGuid(), room);
        adas.Add(NewNote());
        await InsertAsync(adas[^1], ada.Id, room);
        eves.Add(NewNote());
        await InsertAsync(eves[^1], eve.Id, room);

        await Task.WhenAll(ReceiveAsync(hers, adas), ReceiveAsync(others, eves));
    }

    [Fact]
    public async Task Clients_of_two_gateways_whose_buffers_are_small_get_every_change_once()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var one = await RealtimeWorld.StartOnAsync(database, ("Realtime:SubscriptionBuffer", "20"));
        await using var two = await RealtimeWorld.StartOnAsync(database, ("Realtime:SubscriptionBuffer", "1"));
        var ada = await one.SignUpAsync();
        await using var here = await PhoenixClient.ConnectAsync(one);
        await using var there = await PhoenixClient.ConnectAsync(two);
        // Two bindings with columns of their own: each change comes twice, and both belong together.
        object both = new[] { Notes(), new { @event = "*", schema = "public", table = "notes", select = new[] { "id" } } };
        foreach (var client in new[] { here, there })
        {
            var reply = await client.JoinAsync(NewTopic(), new { postgres_changes = both, postgres_changes_options = new { wait = true } }, ada.AccessToken);
            Assert.Equal("ok", (string?)reply["status"]);
        }

        await database.ExecuteAsync("insert into public.notes (id, owner) select n, $1 from generate_series(1, 600) n", ada.Id);
        await database.ExecuteAsync("update public.notes set done = true where id <= 300");

        var expected = Enumerable.Range(1, 600).Concat(Enumerable.Range(1, 300)).SelectMany(id => new[] { id, id }).ToList();
        await Task.WhenAll(ReceiveAsync(here, expected), ReceiveAsync(there, expected));
    }

    [Fact]
    public async Task A_client_that_falls_behind_what_memory_holds_reads_on_from_the_log()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var platform = await RealtimeWorld.StartOnAsync(database, ("Realtime:RecentMegabytes", "1"), ("Realtime:SubscriptionStallSeconds", "600"));
        var ada = await platform.SignUpAsync();
        await using var quick = await PhoenixClient.ConnectAsync(platform);
        await quick.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await using var slow = await PhoenixClient.ConnectAsync(platform);
        await slow.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await WriteLargeAsync(database, ada.Id, 1, 1);
        Assert.Equal([1], await IdsAsync(slow, 1));
        slow.Pause();

        // One transaction of many times the memory, and two small ones.
        await WriteLargeAsync(database, ada.Id, 2, 8000);
        await WriteLargeAsync(database, ada.Id, 8001, 8001);
        await WriteLargeAsync(database, ada.Id, 8002, 8002);
        await ReceiveAsync(quick, [.. Enumerable.Range(1, 8002)]);
        slow.Resume();

        await ReceiveAsync(slow, [.. Enumerable.Range(2, 8001)]);
        await WriteLargeAsync(database, ada.Id, 8003, 8003);
        await Task.WhenAll(ReceiveAsync(quick, [8003]), ReceiveAsync(slow, [8003]));
        while (await database.ScalarAsync<long>("select count(*) from pg_replication_slots where database = current_database() and slot_name like '%replay%'") > 0) await Task.Delay(20);
    }

    [Fact]
    public async Task A_client_that_falls_behind_what_is_kept_is_told_to_read_anew()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var platform = await RealtimeWorld.StartOnAsync(database, ("Realtime:RecentMegabytes", "1"), ("Realtime:SubscriptionStallSeconds", "600"));
        var ada = await platform.SignUpAsync();
        await using var quick = await PhoenixClient.ConnectAsync(platform);
        await quick.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await using var slow = await SubscribeAsync(platform, ada);
        await WriteLargeAsync(database, ada.Id, 1, 8000);
        await ReceiveAsync(quick, [.. Enumerable.Range(1, 8000)]);

        // What the upkeep does once the log is older than the retention.
        await RealtimeWorld.DropSlotsAsync(database, "%retention");

        var got = new List<VisibleChange>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var change in slow.ReadAllAsync(patience.Token)) got.Add(change);
        Assert.Equal((EndReason.ResyncRequired, "resync_required", got[^1].Cursor), (slow.End!.Reason, slow.End.Code, slow.End.Cursor));
        Assert.InRange(got.Count, 1, 1000);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_with_a_cursor_and_slows_nobody()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var platform = await RealtimeWorld.StartOnAsync(database, ("Realtime:SubscriptionBuffer", "50"), ("Realtime:SubscriptionStallSeconds", "6"));
        var ada = await platform.SignUpAsync();
        await using var quick = await PhoenixClient.ConnectAsync(platform);
        await quick.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await using var slow = await PhoenixClient.ConnectAsync(platform);
        await slow.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        slow.Pause();
        using var cuts = new Cuts();

        var ids = Enumerable.Range(1, 320).ToList();
        var body = new string('x', 64_000);
        foreach (var id in ids.Chunk(20))
        {
            await database.ExecuteAsync("insert into public.notes (id, owner, body) select unnest($1::int[]), $2, $3", id, ada.Id, body);
            Assert.Equal(id, await IdsAsync(quick, id.Length));
        }
        await cuts.FirstAsync();

        slow.Resume();
        var got = new List<int>();
        string? cursor = null;
        while (cursor is null)
        {
            var next = await slow.NextAsync(one => one.Event is "postgres_changes" or "system");
            if (next.Event == "postgres_changes") got.Add((int)next.Payload["data"]!["record"]!["id"]!);
            else if ((string?)next.Payload["status"] == "error")
            {
                Assert.StartsWith("slow_consumer", (string?)next.Payload["message"], StringComparison.Ordinal);
                cursor = (string)next.Payload["cursor"]!;
            }
        }
        await slow.NextAsync("phx_error");
        Assert.NotEmpty(got);
        await using var again = await PhoenixClient.ConnectAsync(platform);
        await again.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(), cursor);
        var rest = ids.Except(got).ToList();
        Assert.Equal(rest, await IdsAsync(again, rest.Count));
    }

    [Fact]
    public async Task A_client_that_reads_slowly_but_reads_is_not_cut()
    {
        await using var platform = await RealtimeWorld.StartAsync(("Realtime:SubscriptionBuffer", "40"), ("Realtime:SubscriptionStallSeconds", "4"));
        await RealtimeWorld.MakeNotesAsync(platform.Database);
        var ada = await platform.SignUpAsync();
        await using var subscription = await SubscribeAsync(platform, ada);
        await platform.Database.ExecuteAsync("insert into public.notes (id, owner) select n, $1 from generate_series(1, 300) n", ada.Id);

        // Less than half of its buffer in the time after which one that reads nothing is cut.
        var read = 0;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var change in subscription.ReadAllAsync(patience.Token))
        {
            if (++read <= 25) await Task.Delay(300, patience.Token);
            if (read == 300) break;
        }

        Assert.Null(subscription.End);
        Assert.Equal(300, read);
    }

    [Fact]
    public async Task A_row_larger_than_all_that_may_wait_reaches_its_client()
    {
        var ada = await Platform.SignUpAsync();
        var room = NewRoom();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, Notes(filter: $"room=eq.{room}"));
        var (large, small) = (NewNote(), NewNote());

        await InsertAsync(large, ada.Id, room, new string('x', 17 << 20));
        await InsertAsync(small, ada.Id, room);

        await ReceiveAsync(client, [large, small]);
    }

    [Fact]
    public async Task A_client_that_leaves_while_the_log_is_read_again_for_it_harms_nobody()
    {
        await using var database = await TestDatabase.CreateAsync("icreatetechs");
        await RealtimeWorld.MakeNotesAsync(database);
        await using var platform = await RealtimeWorld.StartOnAsync(database, ("Realtime:RecentMegabytes", "1"));
        var ada = await platform.SignUpAsync();
        Cursor since;
        await using (var before = await SubscribeAsync(platform, ada)) since = before.Start;
        await using var quick = await PhoenixClient.ConnectAsync(platform);
        await quick.SubscribeAsync(NewTopic(), ada.AccessToken, Notes());
        await WriteLargeAsync(database, ada.Id, 1, 8000);
        await ReceiveAsync(quick, [.. Enumerable.Range(1, 8000)]);

        for (var i = 0; i < 5; i++)
        {
            await using var hasty = await SubscribeAsync(platform, ada, since);
            await foreach (var _ in hasty.ReadAllAsync()) break;
        }
        await using var again = await SubscribeAsync(platform, ada, since);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var read = 0;
        await foreach (var change in again.ReadAllAsync(patience.Token))
            if (++read == 8000) break;

        Assert.Null(again.End);
        while (await database.ScalarAsync<long>("select count(*) from pg_replication_slots where database = current_database() and slot_name like '%replay%'") > 0) await Task.Delay(20);
    }

    /// <summary>A subscription to all notes, without the protocol: nothing reads it but the test.</summary>
    private static async Task<ChangeSubscription> SubscribeAsync(TestPlatform platform, TestUser who, Cursor? since = null)
    {
        var caller = new Caller("authenticated", $$"""{"sub":"{{who.Id}}","role":"authenticated"}""");
        var subscribed = await platform.Room<ChangeFeed>().SubscribeAsync(caller, [new(ChangeEvents.All, "public", "notes")], since, CancellationToken.None);
        return subscribed.Ok(out var subscription, out var error) ? subscription : throw new Xunit.Sdk.XunitException(error.Message);
    }

    private static Task<int> WriteLargeAsync(TestDatabase database, Guid owner, int first, int last) => database.ExecuteAsync(
        "insert into public.notes (id, owner, body) select n, $1, repeat('x', 1000) from generate_series($2::int, $3::int) n", owner, first, last);

    private static async Task ReceiveAsync(PhoenixClient client, List<int> expected) => Assert.Equal(expected, await IdsAsync(client, expected.Count));

    /// <summary>Listens for subscriptions that are cut in this process.</summary>
    private sealed class Cuts : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Cuts()
        {
            _listener.SetMeasurementEventCallback<long>((_, _, _, _) => _first.TrySetResult());
            _listener.EnableMeasurementEvents(RealtimeMetrics.Cuts);
            _listener.Start();
        }

        public Task FirstAsync() => _first.Task.WaitAsync(TimeSpan.FromMinutes(2));

        public void Dispose() => _listener.Dispose();
    }
}
