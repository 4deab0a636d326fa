using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Hedgerow.Storage.Backends;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Bytes on their way in, good and bad.</summary>
public sealed class UploadTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(262_143)]
    [InlineData(262_144)]
    [InlineData(16 * 1024 * 1024)]
    [InlineData(20_000_000)]
    public async Task Bytes_come_back_as_they_went(int length)
    {
        var bucket = await _platform.BucketAsync();
        var bytes = StorageWorld.Pattern(length, length);
        Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "raw", bytes).OutcomeAsync());
        Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "chunked", new UnknownLength(bytes)).OutcomeAsync());
        using var form = new MultipartFormDataContent { { new StringContent("60"), "cacheControl" }, { new ByteArrayContent(bytes), "file", "f.bin" } };
        Assert.Equal("200", await _platform.Service.PostAsync($"/storage/v1/object/{bucket}/form", form).OutcomeAsync());
        foreach (var name in new[] { "raw", "chunked", "form" })
            Assert.True((await _platform.Service.DownloadAsync(bucket, name).BytesAsync()).AsSpan().SequenceEqual(bytes), name);
        var crc = ~Crc32C.Append(uint.MaxValue, bytes);
        Assert.Equal($"{length} crc32c:{crc:x8}", await _platform.Database.ScalarAsync<string>(
            "select string_agg(distinct (metadata ->> 'size') || ' ' || checksum, ',') from storage.objects where bucket_id = $1", bucket));
        // MD5, or what no client takes for one: then no two uploads have the same.
        var tags = (await _platform.Database.ScalarAsync<string>("select string_agg(distinct metadata ->> 'eTag', ' ') from storage.objects where bucket_id = $1", bucket))!;
        if (length <= 16 * 1024 * 1024) Assert.Equal($"\"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(bytes))}\"", tags);
        else Assert.Matches("^(\"[0-9a-f]{32}-4\"( |$)){3}", tags);
    }

    [Fact]
    public async Task A_large_object_that_is_replaced_by_another_of_the_same_bytes_has_changed()
    {
        var bucket = await _platform.BucketAsync();
        var bytes = new byte[17_000_000];
        var tags = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a", bytes, upsert: true).OutcomeAsync());
            using var head = await _platform.Service.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/storage/v1/object/{bucket}/a"));
            tags.Add(head.Headers.ETag!.ToString());
        }
        Assert.NotEqual(tags[0], tags[1]);
        using var stale = await _platform.Service.DownloadAsync(bucket, "a", ("If-None-Match", tags[0]));
        using var same = await _platform.Service.DownloadAsync(bucket, "a", ("If-None-Match", tags[1]));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (stale.StatusCode, same.StatusCode));
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_large_is_refused_before_it_is_sent()
    {
        var bucket = await _platform.BucketAsync(new { file_size_limit = 1000 });
        var (answer, _) = await RawAsync(bucket, "a.bin", "Content-Length: 1001\r\n", []);
        Assert.Contains("\"statusCode\":\"413\"", answer, StringComparison.Ordinal);
        Assert.Contains("Payload too large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_say_so_is_cut_off_and_leaves_nothing()
    {
        var bucket = await _platform.BucketAsync(new { file_size_limit = 100_000 });
        var before = await _platform.StoredAsync();
        Assert.Equal("EntityTooLarge 413", await _platform.Service.UploadAsync(bucket, "a.bin", new UnknownLength(new byte[100_001])).OutcomeAsync());
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[100_001]), "file", "f.bin" } };
        Assert.Equal("EntityTooLarge 413", await _platform.Service.PostAsync($"/storage/v1/object/{bucket}/b.bin", form).OutcomeAsync());
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.objects where bucket_id = $1", bucket));
        Assert.Equal(before, await _platform.StoredAsync());
    }

    [Fact]
    public async Task A_form_may_hold_a_file_that_the_bucket_just_takes()
    {
        var bucket = await _platform.BucketAsync(new { file_size_limit = 1000 });
        async Task<string> Post(int bytes)
        {
            using var form = new MultipartFormDataContent { { new StringContent("{\"a\":\"b\"}"), "metadata" }, { new ByteArrayContent(new byte[bytes]), "\"\"", "f.bin" } };
            return await _platform.Service.PostAsync($"/storage/v1/object/{bucket}/{bytes}.bin", form).OutcomeAsync();
        }
        Assert.Equal("200", await Post(1000));
        Assert.Equal("EntityTooLarge 413", await Post(1001));
        Assert.Equal("EntityTooLarge 413", await Post(200_000));
    }

    [Fact]
    public async Task A_client_that_breaks_off_leaves_nothing()
    {
        var bucket = await _platform.BucketAsync();
        var before = await _platform.StoredAsync();
        var (_, socket) = await RawAsync(bucket, "a.bin", "Content-Length: 1000000\r\n", new byte[300_000], waits: false);
        socket.Dispose();
        // The next upload to the same name comes later than the broken one ended, or finds nothing of it.
        Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a.bin", StorageWorld.Text("whole")).OutcomeAsync());
        Assert.Equal("whole"u8.ToArray(), await _platform.Service.DownloadAsync(bucket, "a.bin").BytesAsync());
        Assert.Equal(before + 1, await _platform.StoredAsync());
    }

    [Fact]
    public async Task Of_many_that_create_one_name_one_wins_and_of_many_that_replace_it_one_is_left()
    {
        var bucket = await _platform.BucketAsync();
        var before = await _platform.StoredAsync();
        var bodies = Enumerable.Range(0, 8).Select(i => StorageWorld.Pattern(50_000 + i, i)).ToArray();
        var outcomes = await Task.WhenAll(bodies.Select(body => _platform.Service.UploadAsync(bucket, "a", body).OutcomeAsync()));
        Assert.Single(outcomes, "200");
        Assert.Equal(7, outcomes.Count(outcome => outcome == "KeyAlreadyExists 409"));
        Assert.Equal(before + 1, await _platform.StoredAsync());

        outcomes = await Task.WhenAll(bodies.Select(body => _platform.Service.UploadAsync(bucket, "a", body, upsert: true).OutcomeAsync()));
        Assert.All(outcomes, outcome => Assert.Equal("200", outcome));
        var left = await _platform.Service.DownloadAsync(bucket, "a").BytesAsync();
        Assert.Contains(bodies, body => body.AsSpan().SequenceEqual(left));
        Assert.Equal(before + 1, await _platform.StoredAsync());
    }

    [Fact]
    public async Task Readers_of_an_object_that_is_replaced_all_the_time_never_see_a_mixture()
    {
        var bucket = await _platform.BucketAsync();
        var bodies = Enumerable.Range(0, 4).Select(i => StorageWorld.Pattern(400_000, i)).ToArray();
        Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a", bodies[0]).OutcomeAsync());
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 24; i++) Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a", bodies[i % 4], upsert: true).OutcomeAsync());
        });
        do
        {
            var seen = await _platform.Service.DownloadAsync(bucket, "a").BytesAsync();
            Assert.Contains(bodies, body => body.AsSpan().SequenceEqual(seen));
        }
        while (!writing.IsCompleted);
        await writing;
    }

    [Theory]
    [InlineData("multipart/form-data", "")]
    [InlineData("multipart/form-data; boundary=x", "no form at all")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"cacheControl\"\r\n\r\n60\r\n--x--\r\n")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nhalf a fi")]
    public async Task A_form_without_a_whole_file_is_refused(string type, string body)
    {
        var bucket = await _platform.BucketAsync();
        using var content = new ByteArrayContent(StorageWorld.Text(body));
        Assert.Equal("InvalidRequest 400", await _platform.Service.UploadAsync(bucket, "a", content, type: type).OutcomeAsync());
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.objects where bucket_id = $1", bucket));
    }

    [Theory]
    [InlineData("POST", "object/move", """{"bucketId": 1}""")]
    [InlineData("POST", "object/copy", """[]""")]
    [InlineData("POST", "object/copy", """{"bucketId": "x", "sourceKey": "../../etc/passwd", "destinationKey": "a"}""")]
    [InlineData("POST", "object/list/x", """{}""")]
    [InlineData("POST", "object/list/x", """{"prefix": "", "limit": 0}""")]
    [InlineData("POST", "object/list/x", """{"prefix": "", "sortBy": {"column": "name; drop table"}}""")]
    [InlineData("POST", "object/list/x", """{"prefix": "a\u0000b"}""")]
    [InlineData("POST", "object/list/x", """{"prefix": "a\ud800b"}""")]
    [InlineData("POST", "bucket", """{"na\udc00me": "a"}""")]
    [InlineData("POST", "object/list-v2/x", """{"limit": 1.5}""")]
    [InlineData("POST", "object/list-v2/x", """{"cursor": "YQoKCgo"}""")]
    [InlineData("POST", "object/sign/x/a", """{"expiresIn": -1}""")]
    [InlineData("POST", "object/sign/x/a", """{"expiresIn": "soon"}""")]
    [InlineData("POST", "object/sign/x", """{"expiresIn": 1, "paths": [[1]]}""")]
    [InlineData("DELETE", "object/x", """{"prefixes": []}""")]
    [InlineData("DELETE", "object/x", """{"prefix": ""}""")]
    [InlineData("POST", "bucket", """{"name": "a", "public": "yes"}""")]
    [InlineData("POST", "bucket", """{"name": "a", "file_size_limit": -5}""")]
    [InlineData("POST", "bucket", """{"name": "a", "allowed_mime_types": {"a": 1}}""")]
    [InlineData("POST", "bucket", """not json""")]
    [InlineData("GET", "bucket?limit=many", null)]
    [InlineData("GET", "bucket?sortColumn=owner", null)]
    public async Task What_cannot_be_meant_is_a_400_that_says_why(string method, string path, string? body)
    {
        var answer = await _platform.Service.SendAsync(method, $"/storage/v1/{path}", body);
        Assert.Equal(400, answer.Status);
        Assert.Equal("400", answer["statusCode"]);
        Assert.NotEmpty(answer["message"]!);
    }

    [Fact]
    public async Task Metadata_that_is_none_is_left_out_and_too_much_is_refused()
    {
        var bucket = await _platform.BucketAsync();
        foreach (var nonsense in new[] { "%%%", Convert.ToBase64String("[1]"u8), Convert.ToBase64String("{"u8), Convert.ToBase64String("""{"a":"\u0000"}"""u8) })
            Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a", new byte[1], upsert: true, headers: ("x-metadata", nonsense)).OutcomeAsync());
        var info = await _platform.Service.SendAsync("GET", $"/storage/v1/object/info/{bucket}/a");
        Assert.Equal(JsonValueKind.Null, info.Json.GetProperty("metadata").ValueKind);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(JsonSerializer.Serialize(new { a = new string('x', 1024 * 1024) })), "metadata" }, { new ByteArrayContent(new byte[1]), "file", "f.bin" },
        };
        Assert.Equal("EntityTooLarge 413", await _platform.Service.PostAsync($"/storage/v1/object/{bucket}/b", form).OutcomeAsync());
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_takes_nothing()
    {
        Assert.Equal("NoSuchBucket 404", await _platform.Service.UploadAsync("nowhere", "a", new byte[1]).OutcomeAsync());
        Assert.Equal("NoSuchBucket 404", (await _platform.Service.SendAsync("POST", "/storage/v1/object/upload/sign/nowhere/a")).Outcome());
    }

    /// <summary>Sends by hand what no client would. With <paramref name="waits"/> the answer is read.</summary>
    private async Task<(string Answer, Socket Socket)> RawAsync(string bucket, string name, string length, byte[] body, bool waits = true)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_platform.Url.Host, _platform.Url.Port);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST /storage/v1/object/{bucket}/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_platform.ServiceKey}\r\nContent-Type: application/octet-stream\r\n{length}\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(head));
        if (body.Length > 0) await socket.SendAsync(body);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (waits && !answer.ToString().Contains('}', StringComparison.Ordinal) && await socket.ReceiveAsync(buffer) is > 0 and var read)
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        return (answer.ToString(), socket);
    }

    /// <summary>Sent in chunks.</summary>
    private sealed class UnknownLength(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync(bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
