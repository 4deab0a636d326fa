using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>Broadcast and presence, over one gateway and over two, public and private.</summary>
public sealed class TopicTests(RealtimeWorld world) : RealtimeTests(world), IClassFixture<RealtimeWorld>
{
    [Fact]
    public async Task A_broadcast_reaches_everybody_in_the_topic_and_its_sender_only_where_it_asked_for_it()
    {
        await using var sender = await PhoenixClient.ConnectAsync(Platform);
        await using var receiver = await PhoenixClient.ConnectAsync(Platform, v1: true);
        await using var stranger = await PhoenixClient.ConnectAsync(Platform);
        var topic = NewTopic();
        await sender.JoinAsync(topic, new { broadcast = new { ack = true } });
        await receiver.JoinAsync(topic, new { });
        await stranger.JoinAsync(NewTopic(), new { });

        var reference = await sender.SendAsync(topic, "broadcast", new { type = "broadcast", @event = "move", payload = new { x = 1 } }, "1");

        Assert.Equal("ok", (string?)(await sender.NextAsync(one => one.Ref == reference && one.Event == "phx_reply")).Payload["status"]);
        var heard = (await receiver.NextAsync("broadcast")).Payload;
        Assert.Equal(("move", 1), ((string?)heard["event"], (int?)heard["payload"]!["x"]));
        await AssertSilentAsync(sender);
        await AssertSilentAsync(stranger);
    }

    [Fact]
    public async Task Bytes_go_as_they_are_between_clients_of_the_new_protocol()
    {
        await using var sender = await PhoenixClient.ConnectAsync(Platform);
        await using var receiver = await PhoenixClient.ConnectAsync(Platform);
        var topic = NewTopic();
        await sender.JoinAsync(topic, new { });
        await receiver.JoinAsync(topic, new { });

        await sender.SendRawAsync(Frame(topic, "blob", json: false, [0, 1, 255]), binary: true);
        await sender.SendRawAsync(Frame(topic, "größe", json: true, Encoding.UTF8.GetBytes("{\"ü\":1}")), binary: true);

        Assert.Equal("0001FF", (string?)(await receiver.NextAsync("broadcast")).Payload["payload"]);
        var second = (await receiver.NextAsync("broadcast")).Payload;
        Assert.Equal(("größe", 1), ((string?)second["event"], (int?)second["payload"]!["ü"]));
    }

    [Fact]
    public async Task Broadcast_and_presence_cross_gateways_through_postgresql()
    {
        await using var other = await RealtimeWorld.StartOnAsync(Database);
        await using var here = await PhoenixClient.ConnectAsync(Platform);
        await using var there = await PhoenixClient.ConnectAsync(other);
        var topic = NewTopic();
        await here.JoinAsync(topic, new { presence = new { enabled = true, key = "here" } });
        await here.SendAsync(topic, "presence", new { type = "presence", @event = "track", payload = new { name = "Ada" } });
        await here.NextAsync("presence_diff");
        await there.JoinAsync(topic, new { presence = new { enabled = true, key = "there" } });
        // The state that it joined with, or a diff a moment later, tells who is on the other gateway.
        await there.NextAsync(one => one.Event is "presence_state" or "presence_diff" && (one.Payload["here"] ?? one.Payload["joins"]?["here"]) is not null);

        await there.SendAsync(topic, "presence", new { type = "presence", @event = "track", payload = new { name = "Grace" } });
        var come = (await here.NextAsync("presence_diff")).Payload["joins"]!["there"]!["metas"]![0]!;
        Assert.Equal("Grace", (string?)come["name"]);
        await there.SendAsync(topic, "broadcast", new { type = "broadcast", @event = "hi", payload = new { n = 7 } });
        Assert.Equal(7, (int?)(await here.NextAsync("broadcast")).Payload["payload"]!["n"]);

        await there.DisposeAsync();
        var gone = (await here.NextAsync("presence_diff")).Payload["leaves"]!["there"]!["metas"]![0]!;
        Assert.Equal((string?)come["phx_ref"], (string?)gone["phx_ref"]);
    }

    [Fact]
    public async Task A_track_that_changes_is_a_leave_and_a_join_and_untrack_a_leave()
    {
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        var topic = NewTopic();
        await client.JoinAsync(topic, new { presence = new { enabled = true, key = "me" } });
        Assert.Equal("{}", (await client.NextAsync("presence_state")).Payload.ToJsonString());

        await client.SendAsync(topic, "presence", new { type = "presence", @event = "track", payload = new { at = 1 } });
        var first = (await client.NextAsync("presence_diff")).Payload["joins"]!["me"]!["metas"]![0]!;
        await client.SendAsync(topic, "presence", new { type = "presence", @event = "TRACK", payload = new { at = 2 } });
        var second = (await client.NextAsync("presence_diff")).Payload;
        await client.SendAsync(topic, "presence", new { type = "presence", @event = "untrack" });
        var third = (await client.NextAsync("presence_diff")).Payload;

        Assert.Equal((string?)first["phx_ref"], (string?)second["leaves"]!["me"]!["metas"]![0]!["phx_ref"]);
        Assert.Equal(2, (int?)second["joins"]!["me"]!["metas"]![0]!["at"]);
        Assert.Equal(2, (int?)third["leaves"]!["me"]!["metas"]![0]!["at"]);
        var refused = await client.SendAsync(topic, "presence", new { type = "presence", @event = "track", payload = 5 });
        Assert.Equal("Presence track payload must be a map", (string?)(await client.NextAsync(one => one.Ref == refused)).Payload["response"]!["reason"]);
    }

    [Fact]
    public async Task Policies_on_messages_decide_who_joins_a_private_channel_and_who_sends_to_it()
    {
        await using var platform = await PrivateAsync();
        var (member, listener, stranger) = (await platform.SignUpAsync(), await platform.SignUpAsync(), await platform.SignUpAsync());
        await platform.Database.ExecuteAsync("insert into public.room_members values ('room', $1, true), ('room', $2, false)", member.Id, listener.Id);
        await using var speaks = await PhoenixClient.ConnectAsync(platform);
        await using var hears = await PhoenixClient.ConnectAsync(platform);
        await using var outside = await PhoenixClient.ConnectAsync(platform);
        var config = new { @private = true, broadcast = new { ack = true, self = true } };

        Assert.Equal("ok", (string?)(await speaks.JoinAsync("realtime:room", config, member.AccessToken))["status"]);
        Assert.Equal("ok", (string?)(await hears.JoinAsync("realtime:room", config, listener.AccessToken))["status"]);
        var refused = await outside.JoinAsync("realtime:room", config, stranger.AccessToken);
        Assert.Equal("Unauthorized: You do not have permissions to read from this Channel topic: room", (string?)refused["response"]!["reason"]);
        // The public channel of the same name is another one.
        Assert.Equal("ok", (string?)(await outside.JoinAsync("realtime:room", new { }, stranger.AccessToken))["status"]);

        await hears.SendAsync("realtime:room", "broadcast", new { type = "broadcast", @event = "no", payload = new { } });
        await outside.SendAsync("realtime:room", "broadcast", new { type = "broadcast", @event = "no", payload = new { } });
        await speaks.SendAsync("realtime:room", "broadcast", new { type = "broadcast", @event = "yes", payload = new { } });

        Assert.Equal("yes", (string?)(await hears.NextAsync("broadcast")).Payload["event"]);
        Assert.Equal("yes", (string?)(await speaks.NextAsync("broadcast")).Payload["event"]);
        await AssertSilentAsync(outside);
    }

    [Fact]
    public async Task Http_sends_to_a_topic_and_a_private_one_only_as_its_policies_say()
    {
        await using var platform = await PrivateAsync();
        var (member, stranger) = (await platform.SignUpAsync(), await platform.SignUpAsync());
        await platform.Database.ExecuteAsync("insert into public.room_members values ('room', $1, true)", member.Id);
        await using var client = await PhoenixClient.ConnectAsync(platform);
        await client.JoinAsync("realtime:room", new { @private = true }, member.AccessToken);
        await client.JoinAsync("realtime:open", new { });

        static object Message(string topic, int n, bool isPrivate) => new { topic, @event = "e", payload = new { n }, @private = isPrivate };
        Assert.Equal(202, (await stranger.Http.SendAsync("POST", "/realtime/v1/api/broadcast", new { messages = new[] { Message("room", 1, true), Message("open", 2, false) } })).Status);
        Assert.Equal(2, (int?)(await client.NextAsync("broadcast")).Payload["payload"]!["n"]);
        Assert.Equal(202, (await member.Http.SendAsync("POST", "/realtime/v1/api/broadcast", new { messages = new[] { Message("room", 3, true) } })).Status);
        Assert.Equal(3, (int?)(await client.NextAsync("broadcast")).Payload["payload"]!["n"]);
        Assert.Equal(202, (await member.Http.SendAsync("POST", "/realtime/v1/api/broadcast/room/events/named?private=true", new { n = 4 })).Status);
        Assert.Equal("named", (string?)(await client.NextAsync("broadcast")).Payload["event"]);

        Assert.Equal(422, (await member.Http.SendAsync("POST", "/realtime/v1/api/broadcast", new { messages = new[] { new { topic = "" } } })).Status);
        Assert.Equal(401, (await platform.Client(null).SendAsync("POST", "/realtime/v1/api/broadcast", new { messages = Array.Empty<object>() })).Status);
        Assert.Equal(401, (await platform.Client("forged").SendAsync("POST", "/realtime/v1/api/broadcast", new { messages = Array.Empty<object>() })).Status);
    }

    [Fact]
    public async Task Sql_sends_to_channels_when_its_transaction_commits_and_a_channel_replays_it()
    {
        await using var platform = await PrivateAsync();
        var member = await platform.SignUpAsync();
        await platform.Database.ExecuteAsync("insert into public.room_members values ('room', $1, true), ('notes', $1, true)", member.Id);
        await using var client = await PhoenixClient.ConnectAsync(platform);
        await client.JoinAsync("realtime:room", new { @private = true }, member.AccessToken);
        await client.JoinAsync("realtime:notes", new { @private = true }, member.AccessToken);
        await client.JoinAsync("realtime:open", new { });
        await platform.Database.ExecuteAsync(
            """
            create function public.tell() returns trigger language plpgsql security definer set search_path = '' as $$
            begin
              perform realtime.broadcast_changes('notes', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
              return null;
            end $$;
            create trigger tell after insert or update or delete on public.notes for each row execute function public.tell();
            """);

        await platform.Database.ExecuteAsync("select realtime.send('{\"n\": 1}', 'e', 'room')");
        var first = (await client.NextAsync("broadcast")).Payload;
        Assert.Equal(1, (int?)first["payload"]!["n"]);
        Assert.Equal((string?)first["meta"]!["id"], (string?)first["payload"]!["id"]);
        await platform.Database.ExecuteAsync("select realtime.send('{\"n\": 2}', 'e', 'open', false)");
        Assert.Equal(("realtime:open", 2), await client.NextAsync("broadcast") is var open ? (open.Topic, (int?)open.Payload["payload"]!["n"]) : default);
        await platform.Database.ExecuteAsync("insert into public.notes (id, body) values (1, 'told')");
        var told = (await client.NextAsync("broadcast")).Payload;
        Assert.Equal(("INSERT", "told"), ((string?)told["event"], (string?)told["payload"]!["record"]!["body"]));

        await using var late = await PhoenixClient.ConnectAsync(platform);
        await late.JoinAsync("realtime:room", new { @private = true, broadcast = new { replay = new { since = 0, limit = 5 } } }, member.AccessToken);
        var replayed = (await late.NextAsync("broadcast")).Payload;
        Assert.True((bool?)replayed["meta"]!["replayed"]);
        Assert.Equal(1, (int?)replayed["payload"]!["n"]);
        var refused = await late.JoinAsync("realtime:open", new { broadcast = new { replay = new { since = 0 } } });
        Assert.StartsWith("UnableToReplayMessages", (string?)refused["response"]!["reason"], StringComparison.Ordinal);
    }

    /// <summary>A database with members of rooms, who may hear them, and some of them speak.</summary>
    private static async Task<TestPlatform> PrivateAsync()
    {
        var platform = await RealtimeWorld.StartAsync();
        await RealtimeWorld.MakeNotesAsync(platform.Database);
        await platform.Database.ExecuteAsync(
            """
            create table public.room_members (room text, member uuid, speaks boolean);
            alter table public.room_members enable row level security, force row level security;
            grant select on public.room_members to authenticated;
            create policy own on public.room_members for select to authenticated using (member = (select auth.uid()));
            create policy hear on realtime.messages for select to authenticated
              using (exists (select from public.room_members m where m.room = (select realtime.topic()) and m.member = (select auth.uid())) and extension in ('broadcast', 'presence'));
            create policy speak on realtime.messages for insert to authenticated
              with check (exists (select from public.room_members m where m.room = (select realtime.topic()) and m.member = (select auth.uid()) and m.speaks));
            """);
        return platform;
    }

    /// <summary>What was sent before a heartbeat would have come before its reply.</summary>
    private static async Task AssertSilentAsync(PhoenixClient client)
    {
        var reference = await client.SendAsync("phoenix", "heartbeat", new { });
        var next = await client.NextAsync(one => one.Event == "broadcast" || one.Ref == reference);
        Assert.Equal("phx_reply", next.Event);
    }

    private static byte[] Frame(string topic, string name, bool json, byte[] payload)
    {
        var (topicBytes, nameBytes) = (Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(name));
        return [3, 0, 1, (byte)topicBytes.Length, (byte)nameBytes.Length, 0, (byte)(json ? 1 : 0), (byte)'9', .. topicBytes, .. nameBytes, .. payload];
    }
}
