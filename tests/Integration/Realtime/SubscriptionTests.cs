using System.Text.Json.Nodes;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Realtime;

public sealed class SubscriptionTests(RealtimeWorld world) : RealtimeTests(world), IClassFixture<RealtimeWorld>
{
    [Theory]
    [InlineData("id=eq.{0}", true)]
    [InlineData("id=neq.{0}", false)]
    [InlineData("id=gt.{0}", false)]
    [InlineData("id=gte.{0},id=lte.{0}", true)]
    [InlineData("id=in.({0},-1)", true)]
    [InlineData("id=not.in.({0},-1)", false)]
    [InlineData("body=eq.\"a, (b)\"", true)]
    [InlineData("body=like.a%", true)]
    [InlineData("body=ilike.A%", true)]
    [InlineData("body=not.ilike.A%", false)]
    [InlineData("body=match.^a", true)]
    [InlineData("secret_free=is.null", null)]
    [InlineData("data=is.null", true)]
    [InlineData("data=not.is.null", false)]
    [InlineData("done=is.true", true)]
    [InlineData("done=eq.true", true)]
    [InlineData("done=eq.false", false)]
    [InlineData("amount=eq.12.5", true)]
    [InlineData("amount=lt.12.5", false)]
    [InlineData("at=gt.2020-01-01", true)]
    [InlineData("id=eq.{0},body=like.b%", false)]
    [InlineData("   ", true)]
    public async Task A_filter_lets_through_what_it_names(string filter, bool? passes)
    {
        var ada = await Platform.SignUpAsync();
        var (note, mark) = (NewNote(), NewNote());
        filter = filter.Replace("{0}", note.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        if (passes is null)
        {
            var refused = await client.JoinAsync(NewTopic(), new { postgres_changes = new[] { Notes(filter: filter) }, postgres_changes_options = new { wait = true } }, ada.AccessToken);
            Assert.Contains("secret_free", (string?)refused["response"]!["reason"], StringComparison.Ordinal);
            return;
        }
        // Order is promised within a subscription: the mark is awaited in the same.
        await client.JoinAsync(NewTopic(), new { postgres_changes = new[] { Notes(filter: filter), Notes(filter: $"id=eq.{mark}") } }, ada.AccessToken);
        Assert.Equal("ok", (string?)(await client.NextAsync("system")).Payload["status"]);

        await Database.ExecuteAsync("insert into public.notes (id, owner, body, done, amount, at) values ($1, $2, 'a, (b)', true, 12.50, now())", note, ada.Id);
        await InsertAsync(mark, ada.Id);

        Assert.Equal(passes == true ? note : mark, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    [Theory]
    [InlineData("public", "nowhere", null, "does not exist")]
    [InlineData("auth", "users", null, "not in the publication")]
    [InlineData("public", "notes", "secret=eq.x", "secret")]
    [InlineData("public", "notes", "id=eq.abc", "invalid input syntax")]
    [InlineData("public", "notes", "id=foo.1", "no operator")]
    [InlineData("public", "notes", "id", "form column=operator.value")]
    [InlineData("public", "notes", "id=like.1", "operator does not exist")]
    [InlineData("public", "notes", "id=eq.1,,", "empty segments")]
    [InlineData("public", "notes", "id=eq.1); drop table public.notes; --", "invalid input syntax")]
    public async Task What_cannot_work_is_refused_with_a_reason(string schema, string table, string? filter, string reason)
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        var changes = new[] { new { @event = "*", schema, table, filter } };

        // Supabase joins the channel, whose broadcasts work, and reports the subscription.
        Assert.Equal("ok", (string?)(await client.JoinAsync(NewTopic(), new { postgres_changes = changes }, ada.AccessToken))["status"]);
        var system = (await client.NextAsync("system")).Payload;
        Assert.Equal(("error", "postgres_changes"), ((string?)system["status"], (string?)system["extension"]));
        Assert.Contains(reason, (string?)system["message"], StringComparison.Ordinal);

        var refused = await client.JoinAsync(NewTopic(), new { postgres_changes = changes, postgres_changes_options = new { wait = true } }, ada.AccessToken);
        Assert.Equal("error", (string?)refused["status"]);
        Assert.StartsWith("RealtimeDisabledForConfiguration: ", (string?)refused["response"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_the_role_may_not_read_is_refused()
    {
        await using var client = await PhoenixClient.ConnectAsync(Platform);

        var refused = await client.JoinAsync(NewTopic(), new { postgres_changes = new[] { Notes() }, postgres_changes_options = new { wait = true } });

        Assert.Contains("permission denied", (string?)refused["response"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taking_a_table_out_of_the_publication_ends_its_changes_and_putting_it_back_brings_them()
    {
        await Database.ExecuteAsync(
            """
            create table public.switched (id int primary key);
            alter table public.switched enable row level security, force row level security;
            grant select on public.switched to authenticated;
            create policy anybody on public.switched for select to authenticated using (true);
            """);
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        await client.SubscribeAsync(NewTopic(), ada.AccessToken, new { @event = "*", schema = "public", table = "switched" });

        await Database.ExecuteAsync("alter publication hedgerow_realtime drop table public.switched");
        await Database.ExecuteAsync("insert into public.switched values (1)");
        await Database.ExecuteAsync("alter publication hedgerow_realtime add table public.switched");
        await Database.ExecuteAsync("insert into public.switched values (2)");

        Assert.Equal(2, (int?)(await client.ChangeAsync())["record"]!["id"]);
    }

    [Fact]
    public async Task Several_bindings_share_a_message_and_a_selection_of_columns_has_its_own()
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        var joined = await client.JoinAsync(NewTopic(), new
        {
            postgres_changes = new object[] { Notes(), Notes("INSERT"), Notes("DELETE"), new { @event = "*", schema = "public", table = "notes", select = new[] { "id" } }, new { @event = "*", schema = "public" } },
        }, ada.AccessToken);
        var ids = joined["response"]!["postgres_changes"]!.AsArray().Select(binding => (long)binding!["id"]!).ToList();
        Assert.Equal(5, ids.Distinct().Count());
        await client.NextAsync("system");

        await InsertAsync(NewNote(), ada.Id);

        var messages = new[] { (await client.NextAsync("postgres_changes")).Payload, (await client.NextAsync("postgres_changes")).Payload, (await client.NextAsync("postgres_changes")).Payload };
        Assert.Equal([ids[0], ids[1], ids[3], ids[4]], messages.SelectMany(message => message["ids"]!.AsArray()).Select(id => (long)id!).Order(Comparer<long>.Create((a, b) => ids.IndexOf(a) - ids.IndexOf(b))));
        Assert.Single(messages, message => message["data"]!["record"]!.AsObject().Count == 1);
    }

    [Fact]
    public async Task The_old_protocol_gets_the_same_as_objects()
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform, v1: true);
        var topic = NewTopic();
        await client.SubscribeAsync(topic, ada.AccessToken, Notes());
        var note = NewNote();

        await InsertAsync(note, ada.Id);

        var message = await client.NextAsync("postgres_changes");
        Assert.Equal((topic, note), (message.Topic, (int?)message.Payload["data"]!["record"]!["id"]));
    }

    [Fact]
    public async Task A_token_that_expires_ends_the_channel_with_a_reason_and_a_refreshed_one_keeps_it()
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        var topic = NewTopic();
        await client.SubscribeAsync(topic, TestTokens.For(ada.Id, TimeSpan.FromSeconds(10)), Notes());
        var refreshed = NewTopic();
        await client.SubscribeAsync(refreshed, TestTokens.For(ada.Id, TimeSpan.FromSeconds(10)), Notes());

        await client.SendAsync(refreshed, "access_token", new { access_token = ada.AccessToken });

        var system = await client.NextAsync(one => one.Event == "system" && (string?)one.Payload["status"] == "error");
        Assert.Equal(topic, system.Topic);
        Assert.Contains("expired", (string?)system.Payload["message"], StringComparison.Ordinal);
        Assert.Equal(topic, (await client.NextAsync("phx_close")).Topic);
        await InsertAsync(NewNote(), ada.Id);
        Assert.Equal(refreshed, (await client.NextAsync("postgres_changes")).Topic);
    }

    [Theory]
    [InlineData("not.a.token", "MalformedJWT")]
    [InlineData("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmVkLWJ5LW5vYm9keQ", "JwtSignatureError")]
    public async Task A_bad_token_joins_nothing(string token, string code)
    {
        await using var client = await PhoenixClient.ConnectAsync(Platform);

        var refused = await client.JoinAsync(NewTopic(), new { }, token);

        Assert.StartsWith(code, (string?)refused["response"]!["reason"], StringComparison.Ordinal);
        // The connection is none the worse for it.
        await client.SendAsync("phoenix", "heartbeat", new { });
        Assert.Equal("ok", (string?)(await client.NextAsync(one => one.Topic == "phoenix")).Payload["status"]);
    }

    [Fact]
    public async Task A_connection_needs_a_key()
    {
        using var none = await Platform.Client(null).GetAsync("/realtime/v1/websocket");
        Assert.Equal(426, (int)none.StatusCode);
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => PhoenixClient.ConnectAsync(Platform, "forged"));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }
}
