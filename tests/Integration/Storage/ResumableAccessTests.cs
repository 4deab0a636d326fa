using Hedgerow.Auth.Tokens;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Who may begin, go on with and end a resumable upload; and what cannot be meant.</summary>
public sealed class ResumableAccessTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task Policies_are_asked_when_it_begins_and_when_it_becomes_an_object()
    {
        var bucket = await _platform.BucketAsync();
        await AllowAsync(bucket);
        var ann = await _platform.SignUpAsync();
        var (hers, other) = ($"{ann.Id}/a", $"{Guid.NewGuid()}/a");
        Assert.Equal(403, (await BeginAsync(ann.Http, bucket, other)).Status);
        Assert.Equal(403, (await BeginAsync(_platform.Anonymous, bucket, hers)).Status);

        var upload = await ann.Http.BeginAsync(bucket, hers, 6);
        Assert.Equal(204, (await ann.Http.PatchAsync(upload, 0, StorageWorld.Text("abc"))).Status);
        await _platform.Database.ExecuteAsync($"""drop policy "own folder {bucket}" on storage.objects""");
        var refused = await ann.Http.PatchAsync(upload, 3, StorageWorld.Text("def"));
        Assert.Equal((403, "new row violates row-level security policy\n"), (refused.Status, refused.Text));
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.objects where bucket_id = $1", bucket));

        await AllowAsync(bucket);
        Assert.Equal(6, (await ann.Http.HeadAsync(upload)).Offset);
        Assert.Equal("abcdef"u8.ToArray(), await _platform.Service.DownloadAsync(bucket, hers).BytesAsync());
        Assert.Equal(ann.Id.ToString(), await _platform.Database.ScalarAsync<string>("select owner_id from storage.objects where bucket_id = $1", bucket));
    }

    [Fact]
    public async Task Nobody_goes_on_with_what_somebody_else_began()
    {
        var bucket = await _platform.BucketAsync();
        await AllowAsync(bucket);
        var (ann, bob) = (await _platform.SignUpAsync(), await _platform.SignUpAsync());
        var upload = await ann.Http.BeginAsync(bucket, $"{ann.Id}/a", 6);
        await ann.Http.PatchAsync(upload, 0, StorageWorld.Text("abc"));
        var forged = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = "a secret that somebody else made up, long enough" }));
        using var forger = _platform.Client(ApiKeys.Mint(forged, "service_role", DateTimeOffset.UtcNow));
        using var nobody = _platform.Client(null);
        foreach (var (stranger, status) in new[] { (bob.Http, 403), (_platform.Anonymous, 403), (_platform.Service, 403), (forger, 403), (nobody, 400) })
        {
            Assert.Equal(status, (await stranger.HeadAsync(upload)).Status);
            Assert.Equal(status, (await stranger.PatchAsync(upload, 3, StorageWorld.Text("def"))).Status);
            Assert.Equal(status, (await stranger.TusAsync("DELETE", upload)).Status);
            Assert.Equal(status is 400 ? 400 : stranger == _platform.Service ? 404 : 403, (await BeginAsync(stranger, stranger == _platform.Service ? "nowhere" : bucket, $"{ann.Id}/b")).Status);
        }
        Assert.Equal(204, (await ann.Http.PatchAsync(upload, 3, StorageWorld.Text("def"))).Status);
        Assert.Equal("abcdef"u8.ToArray(), await ann.Http.DownloadAsync(bucket, $"{ann.Id}/a").BytesAsync());
    }

    [Fact]
    public async Task A_signed_url_opens_just_the_upload_that_it_names()
    {
        var bucket = await _platform.BucketAsync();
        await AllowAsync(bucket);
        var ann = await _platform.SignUpAsync();
        var name = $"{ann.Id}/a";
        var token = await SignAsync(ann.Http, bucket, name);
        var signed = $"{TusWorld.Path}/sign";
        using var nobody = _platform.Client(null);
        var metadata = ("Upload-Metadata", (string?)TusWorld.Metadata(bucket, name));

        Assert.Equal(400, (await nobody.TusAsync("POST", signed, null, metadata, ("Upload-Length", "6"))).Status);
        Assert.Equal(400, (await nobody.TusAsync("POST", signed, null, metadata, ("Upload-Length", "6"), ("x-signature", TestPlatform.Forged(token)))).Status);
        Assert.Equal(400, (await nobody.TusAsync("POST", signed, null, metadata, ("Upload-Length", "6"), ("x-signature", ann.AccessToken))).Status);
        Assert.Equal(400, (await nobody.TusAsync("POST", signed, null, ("Upload-Metadata", TusWorld.Metadata(bucket, name + "b")), ("Upload-Length", "6"), ("x-signature", token))).Status);
        Assert.Equal(400, (await nobody.TusAsync("POST", TusWorld.Path, null, metadata, ("Upload-Length", "6"), ("x-signature", token))).Status);

        var begun = await nobody.TusAsync("POST", signed, null, metadata, ("Upload-Length", "6"), ("x-signature", token));
        Assert.Equal(201, begun.Status);
        Assert.StartsWith($"{signed}/", begun.Location, StringComparison.Ordinal);
        Assert.Equal(204, (await nobody.PatchAsync(begun.Location!, 0, StorageWorld.Text("abc"), ("x-signature", token))).Status);
        Assert.Equal(400, (await nobody.PatchAsync(begun.Location!, 3, StorageWorld.Text("def"))).Status);
        Assert.Equal(400, (await nobody.PatchAsync(begun.Location!, 3, StorageWorld.Text("def"), ("x-signature", await SignAsync(ann.Http, bucket, $"{ann.Id}/b")))).Status);
        // Neither way leads into the other's uploads.
        Assert.Equal(403, (await ann.Http.HeadAsync(begun.Location!.Replace("/sign", "", StringComparison.Ordinal))).Status);
        var own = await ann.Http.BeginAsync(bucket, name, 3);
        Assert.Equal(403, (await nobody.TusAsync("HEAD", own.Replace("/resumable/", "/resumable/sign/", StringComparison.Ordinal), null, ("x-signature", token))).Status);

        var last = await nobody.PatchAsync(begun.Location!, 3, StorageWorld.Text("def"), ("x-signature", token));
        Assert.Equal((204, "1"), (last.Status, last.Header("Tus-Complete")));
        Assert.Equal("abcdef"u8.ToArray(), await ann.Http.DownloadAsync(bucket, name).BytesAsync());
        Assert.Equal(ann.Id.ToString(), await _platform.Database.ScalarAsync<string>("select owner_id from storage.objects where bucket_id = $1 and name = $2", bucket, name));
        // Without upsert, once.
        Assert.Equal(409, (await nobody.TusAsync("POST", signed, null, metadata, ("Upload-Length", "6"), ("x-signature", token))).Status);
    }

    [Fact]
    public async Task What_the_bucket_does_not_take_is_refused_at_the_beginning_and_what_nobody_said_is_cut_off()
    {
        var bucket = await _platform.BucketAsync(new { file_size_limit = 1000, allowed_mime_types = new[] { "text/*" } });
        Assert.Equal(413, (await BeginAsync(_platform.Service, bucket, "a", "1001")).Status);
        Assert.Equal(413, (await BeginAsync(_platform.Service, bucket, "a", "9000000000000000000")).Status);
        Assert.Equal(415, (await _platform.Service.TusAsync(
            "POST", TusWorld.Path, null, ("Upload-Metadata", TusWorld.Metadata(bucket, "a", ("contentType", "image/png"))), ("Upload-Length", "1"))).Status);

        var deferred = await _platform.Service.BeginAsync(bucket, "a", null);
        Assert.Equal(413, (await _platform.Service.PatchAsync(deferred, 0, new byte[1001])).Status);
        Assert.Equal(413, (await _platform.Service.TusAsync("PATCH", deferred, Chunked(1001), ("Upload-Offset", "0"))).Status);
        Assert.Equal(0, (await _platform.Service.HeadAsync(deferred)).Offset);
        Assert.Equal(413, (await _platform.Service.PatchAsync(deferred, 0, new byte[1], ("Upload-Length", "1001"))).Status);

        var upload = await _platform.Service.BeginAsync(bucket, "b", 10);
        Assert.Equal(413, (await _platform.Service.PatchAsync(upload, 0, new byte[11])).Status);
        Assert.Equal(413, (await _platform.Service.TusAsync("PATCH", upload, Chunked(11), ("Upload-Offset", "0"))).Status);
        Assert.Equal(400, (await _platform.Service.PatchAsync(upload, 0, new byte[1], ("Upload-Length", "11"))).Status);
        Assert.Equal(204, (await _platform.Service.TusAsync("PATCH", upload, Chunked(10), ("Upload-Offset", "0"))).Status);
        Assert.Equal(10, (await _platform.Service.DownloadAsync(bucket, "b").BytesAsync()).Length);
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_with_the_protocols_status()
    {
        var bucket = await _platform.BucketAsync();
        var metadata = TusWorld.Metadata(bucket, "a");
        (string, string?)[] right = [("Upload-Metadata", metadata), ("Upload-Length", "5")];
        async Task RefusedAsync(int status, params (string Name, string? Value)[] headers)
        {
            var answer = await _platform.Service.TusAsync("POST", TusWorld.Path, null, headers);
            Assert.True(answer.Status == status, $"{answer.Status} {answer.Text} instead of {status} for {string.Join(';', headers)}");
            Assert.Equal("1.0.0", answer.Header("Tus-Resumable"));
            Assert.True(answer.Text.Length > 10);
        }
        await RefusedAsync(412, [.. right, ("Tus-Resumable", null)]);
        await RefusedAsync(412, [.. right, ("Tus-Resumable", "0.2.2")]);
        await RefusedAsync(501, [.. right, ("Upload-Concat", "partial")]);
        foreach (var length in new[] { "-1", "1.5", "", "many", "99999999999999999999", "+5" }) await RefusedAsync(400, ("Upload-Metadata", metadata), ("Upload-Length", length));
        await RefusedAsync(400, ("Upload-Metadata", metadata));
        await RefusedAsync(400, ("Upload-Metadata", metadata), ("Upload-Defer-Length", "2"));
        await RefusedAsync(400, [.. right, ("Upload-Defer-Length", "1")]);
        foreach (var nonsense in new[] { null, "", "bucketName", "bucketName %%%", $"{metadata},objectName Yg==", "bucket;name eA==,, a b c", $"bucketName {Convert.ToBase64String(StorageWorld.Text(bucket))}" })
            await RefusedAsync(400, ("Upload-Metadata", nonsense), ("Upload-Length", "5"));
        foreach (var name in new[] { "../a", "a/../b", "", "a\0b", "a#b", new string('x', 1025), "\u200b" })
            await RefusedAsync(400, ("Upload-Metadata", TusWorld.Metadata(bucket, name)), ("Upload-Length", "5"));
        await RefusedAsync(404, ("Upload-Metadata", TusWorld.Metadata("nowhere", "a")), ("Upload-Length", "5"));

        var upload = await _platform.Service.BeginAsync(bucket, "a", 5);
        Assert.Equal(409, (await _platform.Service.PatchAsync(upload, 1, StorageWorld.Text("a"))).Status);
        Assert.Equal(400, (await _platform.Service.TusAsync("PATCH", upload, TusWorld.Bytes(new byte[1]))).Status);
        Assert.Equal(400, (await _platform.Service.TusAsync("PATCH", upload, TusWorld.Bytes(new byte[1]), ("Upload-Offset", "-1"))).Status);
        Assert.Equal(415, (await _platform.Service.TusAsync("PATCH", upload, new ByteArrayContent(new byte[1]), ("Upload-Offset", "0"))).Status);
        Assert.Equal(412, (await _platform.Service.PatchAsync(upload, 0, new byte[1], ("Tus-Resumable", null))).Status);
        Assert.Equal(404, (await _platform.Service.HeadAsync($"{TusWorld.Path}/{Guid.NewGuid()}")).Status);
        Assert.Equal(404, (await _platform.Service.HeadAsync($"{TusWorld.Path}/..%2F..%2Fetc")).Status);
        Assert.Equal(404, (await _platform.Service.TusAsync("GET", upload)).Status);
        Assert.Equal(404, (await _platform.Service.TusAsync("PUT", upload, TusWorld.Bytes(new byte[1]))).Status);
    }

    [Fact]
    public async Task What_it_can_do_is_told_to_anybody_and_browsers_may_read_it()
    {
        using var nobody = _platform.Client(null);
        foreach (var path in new[] { TusWorld.Path, $"{TusWorld.Path}/sign", $"{TusWorld.Path}/{Guid.NewGuid()}" })
        {
            var answer = await nobody.TusAsync("OPTIONS", path, null, ("Tus-Resumable", null), ("Origin", "https://app.example.com"));
            Assert.Equal((204, "1.0.0"), (answer.Status, answer.Header("Tus-Version")));
            Assert.Equal("creation,creation-with-upload,creation-defer-length,termination,checksum,expiration", answer.Header("Tus-Extension"));
            Assert.Equal("sha1,sha256,md5", answer.Header("Tus-Checksum-Algorithm"));
            Assert.Equal("5368709120", answer.Header("Tus-Max-Size"));
            Assert.Contains("Upload-Offset", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        }
        var preflight = await nobody.TusAsync("OPTIONS", TusWorld.Path, null, ("Tus-Resumable", null),
            ("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "tus-resumable,upload-offset,x-signature"));
        Assert.Contains("PATCH", preflight.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("upload-offset", preflight.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
    }

    private Task AllowAsync(string bucket) => _platform.Database.ExecuteAsync($"""
        create policy "own folder {bucket}" on storage.objects for all to authenticated
          using (bucket_id = '{bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text)
        """);

    private static Task<TusAnswer> BeginAsync(HttpClient client, string bucket, string name, string length = "6") =>
        client.TusAsync("POST", TusWorld.Path, null, ("Upload-Metadata", TusWorld.Metadata(bucket, name, ("contentType", "text/plain"))), ("Upload-Length", length));

    private static async Task<string> SignAsync(HttpClient client, string bucket, string name) =>
        (await client.SendAsync("POST", $"/storage/v1/object/upload/sign/{bucket}/{name}"))["token"]!;

    private static StreamContent Chunked(int length)
    {
        var content = new StreamContent(new Unseekable(length));
        content.Headers.ContentType = new("application/offset+octet-stream");
        return content;
    }

    /// <summary>Bytes whose number shows only at their end.</summary>
    private sealed class Unseekable(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
