using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Reconcile;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Uploads in pieces: what arrives is kept, counts once, and becomes the object that it was to be.</summary>
public sealed class ResumableTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private const int MiB = 1024 * 1024;

    private readonly TestPlatform _platform = shared.Platform;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(3_000_000, 1_000_000)]
    [InlineData(8 * MiB, 8 * MiB)]
    [InlineData(8 * MiB + 1, 8 * MiB + 1)]
    [InlineData(12 * MiB, 6 * MiB)]
    [InlineData(20_000_000, 3_000_000)]
    [InlineData(20_000_000, 20_000_000)]
    public async Task Bytes_come_back_as_they_went(int length, int chunk)
    {
        var bucket = await _platform.BucketAsync();
        var bytes = StorageWorld.Pattern(length, length);
        var upload = await _platform.Service.BeginAsync(bucket, "a/b", length);
        if (length > 0) Assert.Equal("1", (await _platform.Service.SendAllAsync(upload, bytes, chunk)).Header("Tus-Complete"));
        Assert.True((await _platform.Service.DownloadAsync(bucket, "a/b").BytesAsync()).AsSpan().SequenceEqual(bytes));
        Assert.Equal($"{length} text/plain max-age=60 True", await _platform.Database.ScalarAsync<string>(
            """
            select concat_ws(' ', metadata ->> 'size', metadata ->> 'mimetype', metadata ->> 'cacheControl', initcap((metadata ->> 'eTag' ~ '^"[0-9a-f]{32}(-[0-9]+)?"$')::text))
            from storage.objects where bucket_id = $1
            """, bucket));
        var head = await _platform.Service.HeadAsync(upload);
        Assert.Equal((200, (long)length, $"{length}"), (head.Status, head.Offset!.Value, head.Header("Upload-Length")));

        var report = await _platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromHours(1), Verifies: true));
        Assert.Empty(report.Damaged);
    }

    [Fact]
    public async Task The_bytes_may_come_with_the_beginning_and_the_length_at_the_end()
    {
        var bucket = await _platform.BucketAsync();
        var answer = await _platform.Service.TusAsync("POST", TusWorld.Path, TusWorld.Bytes(StorageWorld.Text("hello ")),
            ("Upload-Metadata", TusWorld.Metadata(bucket, "a", ("metadata", """{"album":"b"}"""))), ("Upload-Defer-Length", "1"));
        Assert.Equal((201, 6), (answer.Status, answer.Offset));
        var head = await _platform.Service.HeadAsync(answer.Location!);
        Assert.Equal((6, "1", null), (head.Offset, head.Header("Upload-Defer-Length"), head.Header("Upload-Length")));
        Assert.Contains("no-store", head.Header("Cache-Control"), StringComparison.Ordinal);

        Assert.Equal((204, 11), ((await _platform.Service.PatchAsync(answer.Location!, 6, StorageWorld.Text("world"))).Status, 11));
        Assert.Equal(400, (await _platform.Service.PatchAsync(answer.Location!, 11, default, ("Upload-Length", "10"))).Status);
        var last = await _platform.Service.TusAsync("POST", answer.Location!, TusWorld.Bytes(default),
            ("X-HTTP-Method-Override", "PATCH"), ("Upload-Offset", "11"), ("Upload-Length", "11"));
        Assert.Equal((204, 11, "1"), (last.Status, last.Offset, last.Header("Tus-Complete")));
        Assert.Equal("hello world"u8.ToArray(), await _platform.Service.DownloadAsync(bucket, "a").BytesAsync());
        Assert.Equal("b", await _platform.Database.ScalarAsync<string>("select user_metadata ->> 'album' from storage.objects where bucket_id = $1", bucket));

        // And all at once.
        answer = await _platform.Service.TusAsync("POST", TusWorld.Path, TusWorld.Bytes(StorageWorld.Text("whole")),
            ("Upload-Metadata", TusWorld.Metadata(bucket, "b")), ("Upload-Length", "5"));
        Assert.Equal((201, 5, "1"), (answer.Status, answer.Offset, answer.Header("Tus-Complete")));
        Assert.Equal("whole"u8.ToArray(), await _platform.Service.DownloadAsync(bucket, "b").BytesAsync());
    }

    [Fact]
    public async Task A_length_that_is_told_last_may_make_a_part_of_what_was_left_over()
    {
        var bucket = await _platform.BucketAsync();
        var bytes = StorageWorld.Pattern(9 * MiB);
        var upload = await _platform.Service.BeginAsync(bucket, "a", null);
        await _platform.Service.SendAllAsync(upload, bytes, bytes.Length);
        Assert.Equal("1", (await _platform.Service.PatchAsync(upload, bytes.Length, default, ("Upload-Length", $"{bytes.Length}"))).Header("Tus-Complete"));
        Assert.True((await _platform.Service.DownloadAsync(bucket, "a").BytesAsync()).AsSpan().SequenceEqual(bytes));
    }

    [Theory]
    [InlineData(3_000_000)]
    [InlineData(7_000_000)]
    [InlineData(9_900_000)]
    public async Task What_came_before_the_client_broke_off_is_kept_and_another_gateway_goes_on(int sent)
    {
        await using var replica = await TestPlatform.StartOnAsync(_platform.Database, ("Storage:Url", _platform.Objects.Url));
        var bucket = await _platform.BucketAsync();
        var bytes = StorageWorld.Pattern(10_000_000);
        var upload = await _platform.Service.BeginAsync(bucket, "a", bytes.Length);
        await BreakOffAsync(upload, bytes, sent);
        // What the server had not read yet when the connection ended is lost: a megabyte of its buffers, and the block that goes past it.
        const int lost = MiB + 256 * 1024;
        long kept = 0;
        for (var asked = 0; asked < 2000 && kept < sent - lost; asked++) kept = (await replica.Service.HeadAsync(upload)).Offset!.Value;
        Assert.InRange(kept, sent - lost, sent);
        Assert.Equal("NoSuchKey 404", await replica.Service.DownloadAsync(bucket, "a").OutcomeAsync());

        await replica.Service.SendAllAsync(upload, bytes, 1_500_000, (int)kept);
        Assert.True((await _platform.Service.DownloadAsync(bucket, "a").BytesAsync()).AsSpan().SequenceEqual(bytes));
        Assert.Equal(bytes.Length, (await _platform.Service.HeadAsync(upload)).Offset);
    }

    [Fact]
    public async Task Of_many_that_go_on_at_once_one_counts()
    {
        await using var replica = await TestPlatform.StartOnAsync(_platform.Database, ("Storage:Url", _platform.Objects.Url));
        foreach (var length in new[] { 300_000, 9 * MiB })
        {
            var bucket = await _platform.BucketAsync();
            var upload = await _platform.Service.BeginAsync(bucket, "a", length);
            var bodies = Enumerable.Range(0, 6).Select(i => StorageWorld.Pattern(length, i)).ToArray();
            var answers = await Task.WhenAll(bodies.Select((body, i) => (i % 2 == 0 ? _platform : replica).Service.PatchAsync(upload, 0, body)));
            Assert.Single(answers, answer => answer.Status == 204);
            Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 204, 409, 423 }));
            var winner = bodies[Array.FindIndex(answers, answer => answer.Status == 204)];
            Assert.True((await _platform.Service.DownloadAsync(bucket, "a").BytesAsync()).AsSpan().SequenceEqual(winner));
        }
        Assert.Empty((await _platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromHours(1), Verifies: true))).Damaged);
    }

    [Theory]
    [InlineData(2)] // as a gateway leaves it that dies before the part counts
    [InlineData(1)] // as a writer leaves it that was overtaken long ago
    public async Task A_part_that_does_not_count_is_never_taken_for_one_that_does(int number)
    {
        var bucket = await _platform.BucketAsync();
        var bytes = StorageWorld.Pattern(20_000_000);
        var upload = await _platform.Service.BeginAsync(bucket, "a", bytes.Length);
        await _platform.Service.SendAllAsync(upload, bytes[..9_000_000], 9_000_000);
        var id = Guid.Parse(upload.Split('/')[^1]);
        var version = VersionKey.Parse(await _platform.Database.ScalarAsync<string>("select version from storage.resumable_uploads where id = $1", id))!.Value;
        var parts = await _platform.Database.ScalarAsync<string>("select parts_upload from storage.resumable_uploads where id = $1", id);
        await _platform.Room<IObjectBackend>().PutPartAsync(version, parts!, number, new MemoryStream(new byte[6 * MiB]), 6 * MiB, CancellationToken.None);

        var last = await _platform.Service.PatchAsync(upload, 9_000_000, bytes.AsMemory(9_000_000));
        if (number == 1)
        {
            // A store keeps one part of a number, and says that it is not the one that was meant.
            Assert.Equal(410, last.Status);
            Assert.Equal(404, (await _platform.Service.HeadAsync(upload)).Status);
            Assert.Equal("NoSuchKey 404", await _platform.Service.DownloadAsync(bucket, "a").OutcomeAsync());
            return;
        }
        Assert.Equal((204, "1"), (last.Status, last.Header("Tus-Complete")));
        Assert.True((await _platform.Service.DownloadAsync(bucket, "a").BytesAsync()).AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task A_checksum_that_does_not_fit_takes_its_bytes_with_it()
    {
        var bucket = await _platform.BucketAsync();
        var bytes = StorageWorld.Pattern(10 * MiB);
        var upload = await _platform.Service.BeginAsync(bucket, "a", bytes.Length);
        var half = bytes.AsMemory(0, 9 * MiB);
        Assert.Equal(460, (await _platform.Service.PatchAsync(upload, 0, half, ("Upload-Checksum", $"sha1 {Convert.ToBase64String(new byte[20])}"))).Status);
        Assert.Equal(0, (await _platform.Service.HeadAsync(upload)).Offset);
        foreach (var nonsense in new[] { "", "sha1", "sha1 x", "crc7 AAAA", $"sha1 {Convert.ToBase64String(new byte[19])}" })
            Assert.Equal(400, (await _platform.Service.PatchAsync(upload, 0, half, ("Upload-Checksum", nonsense))).Status);

        Assert.Equal(204, (await _platform.Service.PatchAsync(upload, 0, half, ("Upload-Checksum", $"sha1 {Convert.ToBase64String(SHA1.HashData(half.Span))}"))).Status);
        var rest = bytes.AsMemory(9 * MiB);
        Assert.Equal(204, (await _platform.Service.PatchAsync(upload, 9 * MiB, rest, ("Upload-Checksum", $"sha256 {Convert.ToBase64String(SHA256.HashData(rest.Span))}"))).Status);
        Assert.True((await _platform.Service.DownloadAsync(bucket, "a").BytesAsync()).AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task An_upload_that_is_ended_is_gone_with_its_bytes()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        var upload = await platform.Service.BeginAsync(bucket, "a", 20_000_000);
        await platform.Service.PatchAsync(upload, 0, StorageWorld.Pattern(9_000_000));
        Assert.Equal(204, (await platform.Service.TusAsync("DELETE", upload)).Status);
        Assert.Equal(404, (await platform.Service.HeadAsync(upload)).Status);
        Assert.Equal(404, (await platform.Service.PatchAsync(upload, 9_000_000, new byte[1])).Status);
        Assert.Equal(0, await platform.StoredAsync());
        Assert.Equal(0, await platform.Room<IObjectBackend>().SweepAsync(DateTimeOffset.MaxValue, new HashSet<string>(), CancellationToken.None));

        upload = await platform.Service.BeginAsync(bucket, "b", 3);
        await platform.Service.PatchAsync(upload, 0, StorageWorld.Text("abc"));
        Assert.Equal(400, (await platform.Service.TusAsync("DELETE", upload)).Status);
        Assert.Equal("abc"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "b").BytesAsync());
    }

    [Fact]
    public async Task Reconciling_leaves_what_is_under_way_and_removes_what_has_expired()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        var bytes = StorageWorld.Pattern(20_000_000);
        string[] uploads = [await platform.Service.BeginAsync(bucket, "a", bytes.Length), await platform.Service.BeginAsync(bucket, "b", bytes.Length)];
        foreach (var each in uploads) await platform.Service.PatchAsync(each, 0, bytes.AsMemory(0, 9_000_000));
        // Nothing is too young for it.
        var everything = new ReconcilePlan(TimeSpan.FromMinutes(-1), FindsMissing: true);
        var report = await platform.ReconcileAsync(everything);
        Assert.Equal((2, 0, 0), (report.Stored, report.Orphans, report.Unfinished));

        await platform.Database.ExecuteAsync($"update storage.resumable_uploads set expires_at = now() where id = '{uploads[0].Split('/')[^1]}'");
        Assert.Equal(410, (await platform.Service.HeadAsync(uploads[0])).Status);
        Assert.Equal(410, (await platform.Service.PatchAsync(uploads[0], 9_000_000, new byte[1])).Status);
        report = await platform.ReconcileAsync(everything);
        Assert.Equal((1, 0, 1), (report.Stored, report.Orphans, report.Unfinished));
        Assert.Equal(404, (await platform.Service.HeadAsync(uploads[0])).Status);

        await platform.Service.SendAllAsync(uploads[1], bytes, 4_000_000, 9_000_000);
        report = await platform.ReconcileAsync(everything with { Verifies = true });
        Assert.Equal((1, 0, 0, 1), (report.Stored, report.Orphans, report.Unfinished, report.Verified));

        // The account of a finished one ends as well, and the object stays.
        await platform.Database.ExecuteAsync("update storage.resumable_uploads set expires_at = now()");
        Assert.Equal(0, (await platform.ReconcileAsync(everything)).Unfinished);
        Assert.Equal(0, await platform.UploadsAsync());
        Assert.True((await platform.Service.DownloadAsync(bucket, "b").BytesAsync()).AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task What_arrived_but_was_refused_becomes_an_object_once_it_may()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        await platform.Database.ExecuteAsync("""
            create function public.refuse_now() returns trigger language plpgsql as $$ begin raise sqlstate 'PT402' using message = 'not now'; end $$;
            create trigger refuse_now before insert on storage.objects for each row when (new.version <> '1') execute function public.refuse_now();
            """);
        foreach (var (name, bytes) in new[] { ("small", StorageWorld.Text("abc")), ("large", StorageWorld.Pattern(9 * MiB)) })
        {
            var upload = await platform.Service.BeginAsync(bucket, name, bytes.Length);
            var refused = await platform.Service.PatchAsync(upload, 0, bytes);
            Assert.Equal((402, "not now\n"), (refused.Status, refused.Text));
            Assert.Equal(402, (await platform.Service.HeadAsync(upload)).Status);
            await platform.Database.ExecuteAsync("alter table storage.objects disable trigger refuse_now");
            // As after the crash of a gateway between the last byte and the row: whoever asks next finishes it.
            var head = await platform.Service.HeadAsync(upload);
            Assert.Equal((200, bytes.Length, "1"), (head.Status, head.Offset, head.Header("Tus-Complete")));
            await platform.Database.ExecuteAsync("alter table storage.objects enable trigger refuse_now");
            Assert.True((await platform.Service.DownloadAsync(bucket, name).BytesAsync()).AsSpan().SequenceEqual(bytes));
        }
        Assert.Equal(0, (await platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1)))).Orphans);
    }

    [Fact]
    public async Task The_old_object_is_there_until_the_new_one_is_whole()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "a", StorageWorld.Text("old")).OutcomeAsync());
        Assert.Equal(409, (await platform.Service.TusAsync("POST", TusWorld.Path, null, ("Upload-Metadata", TusWorld.Metadata(bucket, "a")), ("Upload-Length", "3"))).Status);
        var replacing = await platform.Service.BeginAsync(bucket, "a", 3, upsert: true);
        Assert.Equal(204, (await platform.Service.PatchAsync(replacing, 0, StorageWorld.Text("ne"))).Status);
        Assert.Equal("old"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "a").BytesAsync());

        // A name that is taken meanwhile is a conflict at the end.
        var late = await platform.Service.BeginAsync(bucket, "b", 3);
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "b", StorageWorld.Text("first")).OutcomeAsync());
        Assert.Equal(409, (await platform.Service.PatchAsync(late, 0, StorageWorld.Text("two"))).Status);
        Assert.Equal("first"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "b").BytesAsync());
        Assert.Equal(204, (await platform.Service.TusAsync("DELETE", late)).Status);

        Assert.Equal(204, (await platform.Service.PatchAsync(replacing, 2, StorageWorld.Text("w"))).Status);
        Assert.Equal("new"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "a").BytesAsync());
        Assert.Equal(2, await platform.StoredAsync());
    }

    /// <summary>Announces the whole, sends the beginning, and is gone.</summary>
    private async Task BreakOffAsync(string upload, byte[] bytes, int sent)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_platform.Url.Host, _platform.Url.Port);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"PATCH {upload} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_platform.ServiceKey}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {bytes.Length}\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(head));
        for (var at = 0; at < sent;) at += await socket.SendAsync(bytes.AsMemory(at, sent - at));
        socket.Shutdown(SocketShutdown.Send);
        // Until the server is done with the connection.
        try
        {
            while (await socket.ReceiveAsync(new byte[1024]) > 0)
            {
            }
        }
        catch (SocketException)
        {
        }
    }
}
