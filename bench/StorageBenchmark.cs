using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>
/// Storage on files, the whole platform: small downloads against static files on a bare Kestrel, large ones and uploads against a plain copy to the same
/// disk, memory under parallel uploads, and lists of a bucket of a million objects. Peers and floors run in the same run, on the same machine.
/// Options: <c>--db URL</c> (a superuser; the platform is installed there), <c>--seconds N</c> a measurement (default 10), <c>--objects N</c>,
/// <c>--only small,large,memory,lists</c>.
/// </summary>
internal static class StorageBenchmark
{
    private const int Megabyte = 1024 * 1024;
    private const int Large = 100 * Megabyte;
    private const int Connections = 32;
    private const int Uploads = 32;
    private const int Turns = 5;
    private const double SmallTarget = 0.6;
    private const double LargeTarget = 0.7;
    private const long MemoryTarget = 200L * 1000 * 1000;
    private const double ListTarget = 20;

    // For the compiler's last tier (RestBenchmark says how long that takes).
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(14);

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var db = Option(options, "--db") ?? Environment.GetEnvironmentVariable("HEDGEROW_BENCH_DB") ?? throw new InvalidOperationException("bench storage needs --db URL");
        var seconds = TimeSpan.FromSeconds(int.Parse(Option(options, "--seconds") ?? "10", CultureInfo.InvariantCulture));
        var objects = int.Parse(Option(options, "--objects") ?? "1000000", CultureInfo.InvariantCulture);
        using var server = await StorageServer.StartAsync(db, cancellation);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Address}/storage/v1/"), Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Key);
        await SendAsync(client, HttpMethod.Post, "bucket", """{"name":"bench","public":true}""", cancellation);
        await SendAsync(client, HttpMethod.Post, "bucket", """{"name":"closed"}""", cancellation);

        var hold = true;
        foreach (var part in (Option(options, "--only") ?? "small,large,memory,lists").Split(','))
        {
            hold &= part switch
            {
                "small" => await SmallAsync(server, client, "1 KB", 1024, seconds, cancellation)
                    & await SmallAsync(server, client, "1 MB", Megabyte, seconds, cancellation),
                "large" => await LargeAsync(server, client, cancellation),
                "memory" => await MemoryAsync(server, client, cancellation),
                "lists" => await ListsAsync(db, client, objects, cancellation),
                _ => throw new InvalidOperationException($"bench storage has no part {part}; there are small, large, memory, lists"),
            };
        }
        return hold;
    }

    private static async Task<bool> SmallAsync(StorageServer server, HttpClient client, string name, int length, TimeSpan duration, CancellationToken cancellation)
    {
        var bytes = RandomNumbers(length);
        var folder = Directory.CreateDirectory(Path.Combine(server.Folder, $"static-{length}")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "file.bin"), bytes, cancellation);
        using var peer = await StaticFiles.StartAsync(folder, cancellation);
        foreach (var bucket in new[] { "bench", "closed" }) await UploadAsync(client, $"{bucket}/{length}.bin", new ByteArrayContent(bytes), cancellation);

        var all = new[]
        {
            (peer.Address, Request: Get("/file.bin", null)),
            (server.Address, Request: Get($"/storage/v1/object/public/bench/{length}.bin", null)),
            (server.Address, Request: Get($"/storage/v1/object/authenticated/closed/{length}.bin", server.Key)),
        };
        foreach (var (address, request) in all) await Load.RunAsync(address, [request], Connections, s_warmUp, cancellation);
        // In turns, each held against the floor of its own turn, and the one in the middle counts: a machine is faster now and slower then.
        var turns = new List<LoadResult[]>();
        for (var turn = 0; turn < Turns; turn++)
        {
            var results = new List<LoadResult>();
            foreach (var (address, request) in all) results.Add(await Load.RunAsync(address, [request], Connections, duration / Turns, cancellation));
            turns.Add([.. results]);
        }
        var hold = true;
        foreach (var (at, who, target) in new[] { (1, "public", SmallTarget), (2, "by token", (double?)null) })
        {
            var middle = turns.OrderBy(turn => turn[at].PerSecond / turn[0].PerSecond).ElementAt(Turns / 2);
            var ratio = middle[at].PerSecond / middle[0].PerSecond;
            var holds = turns.All(turn => turn[at].Failures == 0) && (target is null || ratio >= target);
            Say($"{name} download, {who}", $"{middle[at].PerSecond:0}/s", $"static file {middle[0].PerSecond:0}/s", ratio, target, holds);
            hold &= holds;
        }
        return hold;
    }

    private static byte[] Get(string path, string? key) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: bench\r\n{(key is null ? "" : $"Authorization: Bearer {key}\r\n")}\r\n");

    private static async Task<bool> LargeAsync(StorageServer server, HttpClient client, CancellationToken cancellation)
    {
        var source = Path.Combine(server.Folder, "large.bin");
        await File.WriteAllBytesAsync(source, RandomNumbers(Large), cancellation);
        // The best of some, in turns: a disk has moods, and the compiler is not done before the first dozens.
        var (copy, up, down) = (double.MaxValue, double.MaxValue, double.MaxValue);
        for (var round = 0; round < 40; round++)
        {
            var target = Path.Combine(server.Folder, "copy.bin");
            copy = Math.Min(copy, await TimedAsync(() => CopyAsync(source, target, cancellation)));
            File.Delete(target);
            up = Math.Min(up, await TimedAsync(async () =>
            {
                await using var file = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
                await UploadAsync(client, "closed/large.bin", new StreamContent(file, Megabyte), cancellation);
            }));
            down = Math.Min(down, await TimedAsync(async () =>
            {
                using var answer = await client.GetAsync("object/authenticated/closed/large.bin", HttpCompletionOption.ResponseHeadersRead, cancellation);
                answer.EnsureSuccessStatusCode();
                await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
                await body.CopyToAsync(Stream.Null, Megabyte, cancellation);
            }));
        }
        var hold = true;
        foreach (var (name, took) in new[] { ("100 MB upload", up), ("100 MB download", down) })
        {
            var holds = copy / took >= LargeTarget;
            Say(name, $"{Large / took / 1e6:0} MB/s", $"plain copy, flushed {Large / copy / 1e6:0} MB/s", copy / took, LargeTarget, holds);
            hold &= holds;
        }
        return hold;
    }

    /// <summary>What the backend cannot be faster than: the bytes read, written, and on the disk.</summary>
    private static async Task CopyAsync(string from, string to, CancellationToken cancellation)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        await using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        await source.CopyToAsync(target, Megabyte, cancellation);
        target.Flush(flushToDisk: true);
    }

    private static async Task<bool> MemoryAsync(StorageServer server, HttpClient client, CancellationToken cancellation)
    {
        var chunk = RandomNumbers(Megabyte);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var peak = Task.Run(async () =>
        {
            var most = 0L;
            while (!watching.IsCancellationRequested)
            {
                most = Math.Max(most, server.ResidentBytes());
                await Task.Delay(20, CancellationToken.None);
            }
            return most;
        }, CancellationToken.None);
        var took = await TimedAsync(() => Task.WhenAll(Enumerable.Range(0, Uploads).Select(i => UploadAsync(client, $"closed/parallel-{i}.bin", new Repeated(chunk, Large / Megabyte), cancellation))));
        await watching.CancelAsync();
        var holds = await peak <= MemoryTarget;
        Say($"{Uploads} uploads of 100 MB at once", $"{await peak / 1e6:0} MB memory", $"{Uploads * (double)Large / took / 1e6:0} MB/s in all", null, null, holds);
        for (var i = 0; i < Uploads; i++) await SendAsync(client, HttpMethod.Delete, $"object/closed/parallel-{i}.bin", "{}", cancellation);
        return holds;
    }

    private static async Task<bool> ListsAsync(string db, HttpClient client, int objects, CancellationToken cancellation)
    {
        await using (var admin = NpgsqlDataSource.Create(Postgres.DatabaseUrl.Parse(db)))
        await using (var fill = admin.CreateCommand(
            $$"""
            insert into storage.buckets (id, name) values ('flat', 'flat'), ('deep', 'deep') on conflict do nothing;
            insert into storage.objects (bucket_id, name, version, metadata)
            select b.id, case b.id when 'flat' then 'folder/' else 'folder-' || lpad((i / 1000)::text, 6, '0') || '/' end || 'file-' || lpad(i::text, 9, '0') || '.txt',
              gen_random_uuid(), '{"eTag": "\"5d41402abc4b2a76b9719d911017c592\"", "size": 5, "mimetype": "text/plain", "cacheControl": "max-age=3600", "lastModified": "2026-01-01T00:00:00.000Z", "contentLength": 5, "httpStatusCode": 200}'
            from generate_series(1, {{objects}}) as i, (values ('flat'), ('deep')) as b (id) on conflict do nothing;
            """))
        {
            fill.CommandTimeout = 1200;
            await fill.ExecuteNonQueryAsync(cancellation);
            await using var vacuum = admin.CreateCommand("vacuum (analyze) storage.objects");
            vacuum.CommandTimeout = 600;
            await vacuum.ExecuteNonQueryAsync(cancellation);
        }
        var hold = true;
        foreach (var (name, bucket, prefix, last) in new[]
        {
            ("files", "flat", "folder/", $"folder/file-{objects - 1000:000000000}.txt"), ("folders", "deep", "", $"folder-{Math.Max(0, objects / 1000 - 900):000000}/"),
        })
        {
            foreach (var (page, cursor) in new[] { ("first", ""), ("last", Cursor(last)) })
            {
                var body = JsonSerializer.Serialize(new { prefix, with_delimiter = true, limit = 1000, cursor });
                Task<double> ListAsync() => TimedAsync(() => SendAsync(client, HttpMethod.Post, $"object/list-v2/{bucket}", body, cancellation));
                for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_warmUp / 2;) await ListAsync();
                var times = new List<double>();
                for (var i = 0; i < 200; i++) times.Add(1000 * await ListAsync());
                times.Sort();
                var p95 = times[(int)(times.Count * 0.95)];
                Say($"list v2, {page} page of 1,000 {name}", $"p95 {p95:0.0} ms", $"p50 {times[times.Count / 2]:0.0} ms, target {ListTarget:0} ms", null, null, p95 <= ListTarget);
                hold &= p95 <= ListTarget;
            }
        }
        return hold;
    }

    /// <summary>As the server makes them: base64url of order, column, time and name.</summary>
    private static string Cursor(string after) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"a\n\n\n{after}"));

    private static async Task UploadAsync(HttpClient client, string path, HttpContent content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"object/{path}") { Content = content };
        request.Headers.Add("x-upsert", "true");
        using var answer = await client.SendAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellation));
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await client.SendAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellation));
    }

    private static async Task<double> TimedAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalSeconds;
    }

    private static byte[] RandomNumbers(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static void Say(string what, string measured, string beside, double? ratio, double? target, bool holds) => Console.WriteLine(
        $"{what,-42} {measured,-16} {beside,-34} {(ratio is { } r ? $"ratio {r.ToString("0.00", CultureInfo.InvariantCulture)}" : ""),-11}{(target is { } t ? $" target {t.ToString("0.0", CultureInfo.InvariantCulture)}" : "")}{(holds ? "" : "  MISSED")}");

    private static string? Option(string[] options, string name)
    {
        var at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
    }

    /// <summary>The same megabyte again and again: 32 bodies of 100 MB cost the client no memory.</summary>
    private sealed class Repeated(byte[] chunk, int times) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            for (var i = 0; i < times; i++) await stream.WriteAsync(chunk);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = (long)chunk.Length * times;
            return true;
        }
    }
}
