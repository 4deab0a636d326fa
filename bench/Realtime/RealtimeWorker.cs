using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace Hedgerow.Bench.Realtime;

/// <summary>What a worker is told on its standard input.</summary>
/// <param name="Tokens">One a person.</param>
/// <param name="PerToken">Connections of each.</param>
/// <param name="Config">Of the join, JSON; empty: connections that join nothing.</param>
internal sealed record WorkerOrder(string Address, string Key, IReadOnlyList<string> Tokens, int PerToken, string Topic, string Config, bool Changes);

/// <summary>What it says when it is told to stop.</summary>
/// <param name="P50">Milliseconds from <c>sent</c> (microseconds since 1970) in the message to its arrival.</param>
/// <param name="Broken">Connections that were lost.</param>
internal sealed record WorkerResult(long Received, long Least, long Most, double P50, double P99, int Broken);

/// <summary>
/// Receiving clients in a process of its own: <c>bench realtime-worker</c>. It reads a <see cref="WorkerOrder"/>, says <c>ready</c> when all are connected,
/// answers each further line with a <see cref="WorkerResult"/> of what came since the last, and ends with its input.
/// </summary>
internal static class RealtimeWorker
{
    private const int AtOnce = 16;

    private sealed class Counter
    {
        public long Received;
    }

    public static async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var order = JsonSerializer.Deserialize<WorkerOrder>(await Console.In.ReadLineAsync(cancellation) ?? "")!;
        var counters = new Counter[order.Tokens.Count * order.PerToken];
        var latencies = new ConcurrentQueue<float>();
        var broken = 0;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var places = new SemaphoreSlim(AtOnce);

        await Task.WhenAll(Enumerable.Range(0, counters.Length).Select(async i =>
        {
            await places.WaitAsync(cancellation);
            var client = await PhoenixClient.ConnectAsync(order.Address, order.Key, cancellation);
            if (order.Config.Length > 0) await client.JoinAsync(order.Topic, order.Tokens[i % order.Tokens.Count], order.Config, order.Changes, cancellation);
            places.Release();
            counters[i] = new Counter();
            _ = ListenAsync(client, counters[i], latencies, () => Interlocked.Increment(ref broken), ending.Token);
            _ = BeatAsync(client, ending.Token);
        }));
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync(cancellation) is not null)
        {
            var received = counters.Select(counter => Interlocked.Exchange(ref counter.Received, 0)).ToArray();
            var times = latencies.ToArray();
            latencies.Clear();
            Array.Sort(times);
            double At(double share) => times.Length == 0 ? 0 : times[(int)Math.Min(times.Length - 1, times.Length * share)];
            Console.WriteLine(JsonSerializer.Serialize(new WorkerResult(received.Sum(), received.Min(), received.Max(), At(0.5), At(0.99), broken)));
        }
        await ending.CancelAsync();
        return true;
    }

    private static async Task ListenAsync(PhoenixClient client, Counter counter, ConcurrentQueue<float> latencies, Action broke, CancellationToken ending)
    {
        try
        {
            while (true)
            {
                var frame = await client.ReceiveAsync(ending);
                if (PhoenixClient.Number(frame.Span, "\"sent\":"u8) is not { } sent) continue;
                Interlocked.Increment(ref counter.Received);
                latencies.Enqueue((Now - sent) / 1000f);
            }
        }
        catch (OperationCanceledException)
        {
            client.Dispose();
        }
        catch (WebSocketException)
        {
            broke();
            client.Dispose();
        }
    }

    /// <summary>A socket that is silent for a minute is closed.</summary>
    private static async Task BeatAsync(PhoenixClient client, CancellationToken ending)
    {
        try
        {
            for (var beat = 2; ; beat++)
            {
                await Task.Delay(TimeSpan.FromSeconds(25), ending);
                await client.SendAsync($"""[null,"{beat}","phoenix","heartbeat",{"{}"}]""", ending);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The connection has ended; who listens counts it.
        }
    }

    /// <summary>Microseconds since 1970.</summary>
    public static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10;
}
