using System.Diagnostics;
using System.Globalization;

namespace Hedgerow.Bench.Realtime;

/// <summary>
/// Realtime: how fast a change arrives, what many subscribers cost, how fast the log is decoded and messages fan out, what idle connections take, and
/// that kills lose nothing. Receivers are processes of their own; everything shares the machine.
/// Options: <c>--only NAME</c> (latency, crowd, checks, decode, broadcast, idle, kills), <c>--seconds N</c> a measurement (default 8), <c>--kills N</c> of each kind (default 10).
/// </summary>
internal static class RealtimeBenchmark
{
    private const string Changes = """{"postgres_changes":[{"event":"INSERT","schema":"bench","table":"items"}],"presence":{"enabled":false},"broadcast":{"self":false}}""";
    private const string Listening = """{"presence":{"enabled":false},"broadcast":{"self":false,"ack":true}}""";

    private static readonly Dictionary<string, Func<RealtimePlatform, Figures, CancellationToken, Task>> s_parts = new()
    {
        ["latency"] = LatencyAsync,
        ["crowd"] = CrowdAsync,
        ["checks"] = ChecksAsync,
        ["decode"] = DecodeAsync,
        ["broadcast"] = BroadcastAsync,
        ["idle"] = IdleAsync,
        ["kills"] = async (platform, figures, cancellation) => await RealtimeKills.RunAsync(platform, figures, cancellation),
    };

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var figures = new Figures(TimeSpan.FromSeconds(Number(options, "--seconds") ?? 8), Number(options, "--kills") ?? 10);
        var at = Array.IndexOf(options, "--only");
        foreach (var (name, part) in s_parts)
        {
            if (at >= 0 && options[at + 1] != name) continue;
            await using var platform = await RealtimePlatform.StartAsync(cancellation);
            await part(platform, figures, cancellation);
        }
        return figures.Hold;
    }

    private static async Task LatencyAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        await using var worker = await WorkerProcess.StartAsync(new(platform.Address, platform.AnonKey, [platform.Token(1, null)], 1, "bench", Changes, true), cancellation);
        var (sent, result) = (0L, default(WorkerResult)!);
        foreach (var duration in new[] { TimeSpan.FromSeconds(4), figures.Duration }) // the first warms up
        {
            sent = await Writer.RunAsync(platform, 100, duration, cancellation);
            result = await DrainedAsync(worker, sent, cancellation);
        }
        figures.AtMost("1 subscriber, 100 changes/s: median, ms", result.P50, 15);
        figures.AtMost("1 subscriber, 100 changes/s: p99, ms", result.P99, 60);
        figures.Exactly("delivered of those sent", result.Received, sent);
    }

    private static async Task CrowdAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        const int People = 100, PerPerson = 10;
        var before = platform.GatewayBytes();
        await using var worker = await WorkerProcess.StartAsync(Crowd(platform, People, PerPerson), cancellation);
        await Writer.RunAsync(platform, 200, TimeSpan.FromSeconds(4), cancellation);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        await worker.TakeAsync(cancellation);
        var cpu = platform.GatewayTime();
        var clock = Stopwatch.StartNew();
        var sent = await Writer.RunAsync(platform, 200, figures.Duration, cancellation);
        var result = await DrainedAsync(worker, sent * People * PerPerson / 10, cancellation);
        figures.Exactly("1,000 connections, 100 people, 200 changes/s: delivered", result.Received, sent * People * PerPerson / 10);
        figures.AtMost("  p99, ms", result.P99, 500);
        figures.AtMost("  gateway, cores", (platform.GatewayTime() - cpu) / clock.Elapsed, 1);
        figures.AtMost("  gateway's memory a connection, KB", (platform.GatewayBytes() - before) / 1024.0 / (People * PerPerson), 100);
        figures.Exactly("  connections lost", result.Broken, 0);
    }

    private static async Task ChecksAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        var cost = new List<double>();
        foreach (var perPerson in new[] { 5, 50 })
        {
            await using var worker = await WorkerProcess.StartAsync(Crowd(platform, 10, perPerson), cancellation);
            await Writer.RunAsync(platform, 200, TimeSpan.FromSeconds(3), cancellation);
            var cpu = platform.PostgresTime();
            var sent = await Writer.RunAsync(platform, 200, figures.Duration, cancellation);
            cost.Add((platform.PostgresTime() - cpu).TotalMicroseconds / sent);
        }
        figures.Tell("PostgreSQL's CPU a change, 10 people, 50 connections, µs", cost[0]);
        figures.Tell("PostgreSQL's CPU a change, 10 people, 500 connections, µs", cost[1]);
        figures.AtMost("10 times the subscribers of the same claims", cost[1] / cost[0], 1.2);
    }

    private static async Task DecodeAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        const int Rows = 200_000;
        using var http = new HttpClient();
        async Task<double> ReadAsync()
        {
            var metrics = await http.GetStringAsync(new Uri($"{platform.Address}/metrics"), cancellation);
            return metrics.Split('\n').Where(line => line.StartsWith("hedgerow_realtime_changes_read", StringComparison.Ordinal))
                .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)).FirstOrDefault();
        }
        var rates = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            var start = await ReadAsync();
            await platform.ExecuteAsync($"insert into bench.items (tenth, sent, note) select i % 10, 0, 'a note of some length ' || i from generate_series(1, {Rows}) i", cancellation);
            // The log of one transaction is read when it has committed, so the clock starts here.
            var clock = Stopwatch.StartNew();
            while (await ReadAsync() < start + Rows && clock.Elapsed < TimeSpan.FromMinutes(2)) await Task.Delay(20, cancellation);
            rates.Add(Rows / clock.Elapsed.TotalSeconds);
        }
        figures.AtLeast("decoded with no subscriber, changes/s", rates.Max(), 20_000);
    }

    private static async Task BroadcastAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        const int Members = 500, Senders = 4;
        var token = platform.Token(1, null);
        await using var worker = await WorkerProcess.StartAsync(new(platform.Address, platform.AnonKey, [token], Members, "fan", Listening, false), cancellation);
        var sent = 0L;
        async Task SendAsync(TimeSpan duration)
        {
            var clock = Stopwatch.StartNew();
            using var client = await PhoenixClient.ConnectAsync(platform.Address, platform.AnonKey, cancellation);
            await client.JoinAsync("fan", token, Listening, changes: false, cancellation);
            for (var reference = 2; clock.Elapsed < duration; reference++)
            {
                await client.SendAsync($$$"""["1","{{{reference}}}","realtime:fan","broadcast",{"type":"broadcast","event":"x","payload":{"sent":{{{RealtimeWorker.Now}}}}}]""", cancellation);
                // Acknowledged before the next: receivers are kept busy, not drowned.
                while (!PhoenixClient.EventOf((await client.ReceiveAsync(cancellation)).Span).SequenceEqual("phx_reply"u8))
                {
                }
                Interlocked.Increment(ref sent);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(TimeSpan.FromSeconds(5))));
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        await worker.TakeAsync(cancellation);
        sent = 0;
        var cpu = platform.GatewayTime();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(figures.Duration)));
        var result = await DrainedAsync(worker, sent * Members, cancellation);
        var used = platform.GatewayTime() - cpu;
        figures.Tell("broadcasts delivered, /s", result.Received / clock.Elapsed.TotalSeconds);
        figures.Tell("  median, ms", result.P50);
        figures.Tell("  p99, ms", result.P99);
        figures.AtLeast("  delivered for each second of the gateway's CPU", result.Received / used.TotalSeconds, 50_000);
        figures.Exactly("  delivered of those sent", result.Received, sent * Members);
    }

    private static async Task IdleAsync(RealtimePlatform platform, Figures figures, CancellationToken cancellation)
    {
        const int Connections = 10_000, Workers = 4;
        var workers = new List<WorkerProcess>();
        try
        {
            for (var i = 0; i < Workers; i++)
                workers.Add(await WorkerProcess.StartAsync(new(platform.Address, platform.AnonKey, [platform.Token(i, null)], Connections / Workers, $"idle{i}", Listening, false), cancellation));
            await Task.Delay(TimeSpan.FromSeconds(30), cancellation); // a beat and a collection later
            figures.AtMost("10,000 idle connections: gateway, MB", platform.GatewayBytes() / 1024.0 / 1024, 600);
            var broken = 0;
            foreach (var worker in workers) broken += (await worker.TakeAsync(cancellation)).Broken;
            figures.Exactly("  connections lost", broken, 0);
        }
        finally
        {
            foreach (var worker in workers) await worker.DisposeAsync();
        }
    }

    private static WorkerOrder Crowd(RealtimePlatform platform, int people, int perPerson) =>
        new(platform.Address, platform.AnonKey, [.. Enumerable.Range(0, people).Select(i => platform.Token(i, i % 10))], perPerson, "bench", Changes, true);

    /// <summary>Waits until as much as was expected has come, or nothing comes any more.</summary>
    private static async Task<WorkerResult> DrainedAsync(WorkerProcess worker, long expected, CancellationToken cancellation)
    {
        // The figures are of one take, so the first waits: all that can be late by is far less.
        await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        var result = await worker.TakeAsync(cancellation);
        if (result.Received >= expected) return result;
        await Task.Delay(TimeSpan.FromSeconds(10), cancellation);
        var late = await worker.TakeAsync(cancellation);
        return result with { Received = result.Received + late.Received, P99 = Math.Max(result.P99, late.P99) };
    }

    private static int? Number(string[] options, string name)
    {
        var at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? int.Parse(options[at + 1], CultureInfo.InvariantCulture) : null;
    }
}
