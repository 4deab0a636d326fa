using System.Diagnostics;
using System.Globalization;
using Hedgerow.Tests.Support;

namespace Hedgerow.Bench;

/// <summary>
/// A great many hostile requests to a running Hedgerow: none may be answered 5xx (but for what PostgREST documents so), none may hang,
/// and memory must not grow. The peer of the second half of the run is its first.
/// </summary>
/// <remarks>Options: <c>--db URL</c>, <c>--requests N</c> (default 1,000,000), <c>--seed N</c>.</remarks>
internal static class FuzzBenchmark
{
    private const int Workers = 8;

    private static readonly string[] Relations = ["items", "log", "nothing"];
    private static readonly string[] Columns = ["id", "owner", "name", "price", "created_at", "item_id", "note", "at", "nothing"];

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var requests = int.Parse(Option(options, "--requests") ?? "1000000", CultureInfo.InvariantCulture);
        var seed = int.Parse(Option(options, "--seed") ?? "1", CultureInfo.InvariantCulture);
        await using var database = await BenchDatabase.PrepareAsync(Option(options, "--db"), cancellation);
        using var server = await RestServer.StartAsync(database, cancellation);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", database.Token);

        var failures = 0;
        var first = await HalfAsync(0);
        var second = await HalfAsync(Workers);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"fuzz: {requests} requests, {failures} failures; {requests / (first.Seconds + second.Seconds):0} requests/s; memory {first.Megabytes:0} MB after the first half, {second.Megabytes:0} MB after the second, ratio {second.Megabytes / first.Megabytes:0.00} (at most 1.20)"));
        return failures == 0 && second.Megabytes <= 1.2 * first.Megabytes;

        async Task<(double Seconds, double Megabytes)> HalfAsync(int offset)
        {
            var begun = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => SendAsync(new HostileRequests(seed + offset + worker, Relations, Columns, ["nothing"]))));
            return (Stopwatch.GetElapsedTime(begun).TotalSeconds, server.ResidentBytes() / 1048576.0);
        }

        async Task SendAsync(HostileRequests hostile)
        {
            for (var i = 0; i < requests / (2 * Workers); i++)
            {
                var request = hostile.Next();
                using var message = request.ToMessage(new Uri($"http://{server.Address}"));
                try
                {
                    using var answer = await client.SendAsync(message, cancellation);
                    var body = await answer.Content.ReadAsStringAsync(cancellation);
                    if ((int)answer.StatusCode < 500 || HostileRequest.IsDocumented(body)) continue;
                    Report($"{(int)answer.StatusCode} {body}", request);
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
                {
                    Report(e.Message, request);
                }
            }
        }

        void Report(string what, HostileRequest request)
        {
            if (Interlocked.Increment(ref failures) <= 20) Console.WriteLine($"{what}\n  {request.Method} {request.Target}\n  {request.Body}");
        }
    }

    private static string? Option(string[] options, string name)
    {
        var at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
    }
}
