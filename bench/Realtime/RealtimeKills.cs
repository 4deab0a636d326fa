using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Npgsql;

namespace Hedgerow.Bench.Realtime;

/// <summary>
/// A writer commits the numbers 1, 2, 3 … while the gateway is killed, PostgreSQL is killed, and the connection is cut. A client that comes back with its last
/// cursor each time must hear every number once, in order.
/// </summary>
internal static class RealtimeKills
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        await platform.ExecuteAsync("create table bench.numbers (n bigint primary key); grant select on bench.numbers to authenticated", cancellation);
        var port = new Uri(platform.Address).Port;
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var follower = new Follower(platform);
        var follow = follower.RunAsync(reading.Token);
        await follower.Joined.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
        var write = WriteAsync(platform, writing.Token);

        foreach (var (name, breakAsync) in (IEnumerable<(string, Func<Task>)>)
        [
            ("cut connections", () => { follower.Cut(); return Task.CompletedTask; }),
            ("kill -9 of the gateway", async () => { await platform.KillGatewayAsync(); await platform.BeginAsync(port, cancellation); }),
            ("kill -9 of PostgreSQL", () => { using var postmaster = Process.GetProcessById(platform.Postmaster); postmaster.Kill(); return Task.CompletedTask; }),
        ])
        {
            for (var i = 0; i < figures.Kills; i++)
            {
                await Task.Delay(s_between, cancellation);
                await breakAsync();
                var heard = follower.Last;
                for (var clock = Stopwatch.StartNew(); follower.Last <= heard && clock.Elapsed < TimeSpan.FromSeconds(60);) await Task.Delay(50, cancellation);
            }
            figures.Tell($"{name}: heard so far", follower.Last);
        }
        await writing.CancelAsync();
        var written = await write;
        for (var clock = Stopwatch.StartNew(); follower.Last < written && clock.Elapsed < TimeSpan.FromSeconds(30);) await Task.Delay(50, cancellation);
        await reading.CancelAsync();
        await follow;
        figures.Exactly("numbers heard of those written", follower.Last, written);
        figures.Exactly("lost, doubled or out of order", follower.Wrong, 0);
    }

    /// <returns>The last number.</returns>
    private static async Task<long> WriteAsync(RealtimePlatform platform, CancellationToken cancellation)
    {
        var number = 0L;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var insert = platform.Admin.CreateCommand("insert into bench.numbers values ($1) on conflict do nothing");
                insert.Parameters.Add(new() { Value = number + 1 });
                await insert.ExecuteNonQueryAsync(CancellationToken.None);
                number++;
            }
            catch (NpgsqlException)
            {
                // Whether it was committed is not known: the same number again.
            }
            await Task.Delay(10, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return number;
    }

    private sealed class Follower(RealtimePlatform platform)
    {
        private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private PhoenixClient? _client;
        private string _cursor = "";

        public Task Joined => _joined.Task;
        public long Last { get; private set; }
        public long Wrong { get; private set; }

        public void Cut() => _client?.Dispose();

        public async Task RunAsync(CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                try
                {
                    using var client = _client = await PhoenixClient.ConnectAsync(platform.Address, platform.AnonKey, ending);
                    var since = _cursor.Length > 0 ? $",\"since\":\"{_cursor}\"" : "";
                    await client.SendAsync($$$"""["1","1","realtime:numbers","phx_join",{"config":{"postgres_changes":[{"event":"INSERT","schema":"bench","table":"numbers"}]{{{since}}}},"access_token":"{{{platform.Token(1, null)}}}"}]""", ending);
                    while (true) Take((await client.ReceiveAsync(ending)).Span);
                }
                catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or HttpRequestException or IOException)
                {
                    await Task.Delay(100, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }

        private void Take(ReadOnlySpan<byte> frame)
        {
            var kind = PhoenixClient.EventOf(frame);
            if (kind.SequenceEqual("phx_error"u8) || kind.SequenceEqual("phx_close"u8)) throw new WebSocketException("The channel ended.");
            if (kind.SequenceEqual("system"u8) && frame.IndexOf("\"ok\""u8) > 0)
            {
                if (_cursor.Length == 0 && Last == 0) _joined.TrySetResult();
                return;
            }
            if (kind.SequenceEqual("phx_reply"u8) && frame.IndexOf("\"error\""u8) > 0) throw new WebSocketException("The join was refused.");
            if (!kind.SequenceEqual("postgres_changes"u8) || PhoenixClient.Number(frame, "\"n\":"u8) is not { } number) return;
            if (number != Last + 1) Wrong++;
            Last = number;
            var at = frame.LastIndexOf("\"cursor\":\""u8) + 10;
            _cursor = Encoding.ASCII.GetString(frame[at..(at + frame[at..].IndexOf((byte)'"'))]);
        }
    }
}
