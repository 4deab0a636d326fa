using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Hedgerow.Tests.Integration.Realtime;

public sealed class HostileClientTests(RealtimeWorld world) : RealtimeTests(world), IClassFixture<RealtimeWorld>
{
    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[1,2,3,4,5]")]
    [InlineData("{\"topic\":5,\"event\":{}}")]
    [InlineData("[null,\"1\",\"realtime:x\",\"broadcast\",[]]")]
    [InlineData("[null,\"1\",\"realtime:never joined\",\"presence\",{}]")]
    [InlineData("[null,\"1\",\"realtime:\",\"phx_join\",{}]")]
    [InlineData("[null,\"1\",\"elsewhere\",\"phx_join\",{}]")]
    [InlineData("[null,\"1\",\"realtime:bad\",\"phx_join\",{\"config\":7}]")]
    [InlineData("[null,\"1\",\"realtime:bad\",\"phx_join\",{\"config\":{\"postgres_changes\":[5]}}]")]
    [InlineData("[null,\"1\",\"realtime:bad\",\"phx_join\",{\"config\":{\"since\":\"tomorrow\"}}]")]
    [InlineData("[null,\"1\",\"realtime:\\ud800\",\"phx_join\",{}]")]
    [InlineData("[null,\"1\",\"realtime:bad\",\"phx_join\",{\"access_token\":\"\\ud800\"}]")]
    public async Task A_malformed_frame_costs_its_sender_nothing_but_the_frame(string frame)
    {
        await using var client = await PhoenixClient.ConnectAsync(Platform);

        await client.SendRawAsync(Encoding.UTF8.GetBytes(frame));
        await client.SendRawAsync([3, 255, 255, 255, 255, 255, 1], binary: true);
        await client.SendRawAsync([9], binary: true);

        await AssertAliveAsync(client);
    }

    [Theory]
    [InlineData("""{"messages": 1}""")]
    [InlineData("""{"messages": [{"topic": "\ud800", "event": "e", "payload": {}}]}""")]
    [InlineData("""{"messages": [{"topic": "t", "event": "\ud800", "payload": {}}]}""")]
    public async Task A_malformed_broadcast_over_http_is_told_so(string body)
    {
        using var http = new HttpClient { BaseAddress = Platform.Url, DefaultRequestHeaders = { { "apikey", Platform.AnonKey } } };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await http.PostAsync("/realtime/v1/api/broadcast", content);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task A_frame_over_the_limit_ends_its_own_connection_alone()
    {
        await using var bystander = await PhoenixClient.ConnectAsync(Platform);
        await using var client = await PhoenixClient.ConnectAsync(Platform);

        await client.SendRawAsync(new byte[1024 * 1024 + 1]);

        await client.ServerClosesAsync();
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.Closed);
        await AssertAliveAsync(bystander);
    }

    [Fact]
    public async Task Both_protocols_share_the_number_of_connections_that_may_be_open()
    {
        await using var platform = await RealtimeWorld.StartAsync(("Realtime:MaxConnections", "1"));
        using var http = new HttpClient { BaseAddress = platform.Url };
        async Task<HttpStatusCode> NegotiateAsync()
        {
            using var asked = new HttpRequestMessage(HttpMethod.Post, "/realtime/v1/hub/negotiate?negotiateVersion=1") { Headers = { Authorization = new("Bearer", platform.AnonKey) } };
            using var answer = await http.SendAsync(asked);
            return answer.StatusCode;
        }

        await using (var only = await PhoenixClient.ConnectAsync(platform))
        {
            await AssertAliveAsync(only);
            Assert.Equal(HttpStatusCode.TooManyRequests, await NegotiateAsync());
            await Assert.ThrowsAsync<WebSocketException>(() => PhoenixClient.ConnectAsync(platform));
        }
        while (await NegotiateAsync() == HttpStatusCode.TooManyRequests) await Task.Yield();
        await using var next = await PhoenixClient.ConnectAsync(platform);
        await AssertAliveAsync(next);
    }

    [Fact]
    public async Task Ten_thousand_joins_from_one_socket_are_refused_beyond_the_limit_and_harm_nobody()
    {
        await using var bystander = await PhoenixClient.ConnectAsync(Platform);
        await using var client = await PhoenixClient.ConnectAsync(Platform);

        for (var i = 0; i < 10_000; i++) await client.SendAsync($"realtime:many-{i}", "phx_join", new { config = new { } });

        var (joined, refused) = (0, 0);
        while (joined + refused < 10_000)
        {
            var reply = await client.NextAsync("phx_reply");
            if ((string?)reply.Payload["status"] == "ok") joined++;
            else
            {
                Assert.Matches("^(ClientJoinRateLimitReached|ChannelRateLimitReached): ", (string?)reply.Payload["response"]!["reason"]);
                refused++;
            }
        }
        Assert.InRange(joined, 1, 100);
        await AssertAliveAsync(bystander);
    }

    [Fact]
    public async Task Joining_again_takes_the_place_of_the_channel_and_leaving_ends_it()
    {
        var ada = await Platform.SignUpAsync();
        await using var client = await PhoenixClient.ConnectAsync(Platform);
        var topic = NewTopic();
        await client.SubscribeAsync(topic, ada.AccessToken, Notes());
        await client.SubscribeAsync(topic, ada.AccessToken, Notes("DELETE"));
        var note = NewNote();

        await InsertAsync(note, ada.Id);
        await Database.ExecuteAsync($"delete from public.notes where id = {note}");
        Assert.Equal("DELETE", (string?)(await client.ChangeAsync())["type"]);

        var left = await client.SendAsync(topic, "phx_leave", new { });
        Assert.Equal("ok", (string?)(await client.NextAsync(one => one.Ref == left)).Payload["status"]);
        await client.NextAsync("phx_close");
        await AssertAliveAsync(client);
    }

    private static async Task AssertAliveAsync(PhoenixClient client)
    {
        var reference = await client.SendAsync("phoenix", "heartbeat", new { });
        Assert.Equal("ok", (string?)(await client.NextAsync(one => one.Ref == reference && one.Topic == "phoenix")).Payload["status"]);
    }
}
