using System.Net;
using Hedgerow.Auth.Tokens;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Bytes on their way out: whole, in part, or not at all because nothing changed.</summary>
public sealed class DownloadTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Theory]
    [InlineData("bytes=0-0", 206, "a", "bytes 0-0/10")]
    [InlineData("bytes=2-4", 206, "cde", "bytes 2-4/10")]
    [InlineData("bytes=7-", 206, "hij", "bytes 7-9/10")]
    [InlineData("bytes=-3", 206, "hij", "bytes 7-9/10")]
    [InlineData("bytes=-100", 206, "abcdefghij", "bytes 0-9/10")]
    [InlineData("bytes=5-99999999999999999999", 206, "fghij", "bytes 5-9/10")]
    [InlineData("bytes=0-1,3-4", 200, "abcdefghij", null)]
    [InlineData("bytes=4-2", 200, "abcdefghij", null)]
    [InlineData("bytes=x-y", 200, "abcdefghij", null)]
    [InlineData("pages=1-2", 200, "abcdefghij", null)]
    public async Task A_range_is_answered_with_just_that(string range, int status, string body, string? contentRange)
    {
        var bucket = await LettersAsync();
        using var response = await _platform.Service.DownloadAsync(bucket, "a.txt", ("Range", range));
        Assert.Equal((status, body), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(contentRange, response.Content.Headers.ContentRange?.ToString());
        Assert.Equal("bytes", response.Headers.AcceptRanges.ToString());
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("bytes=-0")]
    public async Task A_range_out_of_bounds_is_refused_with_the_size(string range)
    {
        var bucket = await LettersAsync();
        using var response = await _platform.Service.DownloadAsync(bucket, "a.txt", ("Range", range));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal("bytes */10", response.Content.Headers.ContentRange?.ToString());
        // Supabase's body (src/storage/range.ts).
        Assert.Equal(
            """{"statusCode":"416","error":"invalid_range","message":"invalid range provided","code":"InvalidRange"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Bytes_read_before_are_shown_only_while_the_object_has_them_and_the_bucket_is_open()
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        async Task<string> PublicAsync()
        {
            using var response = await _platform.Anonymous.GetAsync(new Uri($"/storage/v1/object/public/{bucket}/a.txt", UriKind.Relative));
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : $"{(int)response.StatusCode}";
        }
        (await _platform.Service.UploadAsync(bucket, "a.txt", "first"u8.ToArray())).Dispose();
        for (var i = 0; i < 3; i++) Assert.Equal("first", await PublicAsync());

        (await _platform.Service.UploadAsync(bucket, "a.txt", "second"u8.ToArray(), upsert: true)).Dispose();
        Assert.Equal("second", await PublicAsync());

        await _platform.Service.SendAsync("PUT", $"/storage/v1/bucket/{bucket}", new { @public = false });
        Assert.Equal("400", await PublicAsync());
        await _platform.Service.SendAsync("PUT", $"/storage/v1/bucket/{bucket}", new { @public = true });
        Assert.Equal("second", await PublicAsync());

        await _platform.Service.SendAsync("DELETE", $"/storage/v1/object/{bucket}/a.txt");
        Assert.Equal("400", await PublicAsync());
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var bucket = await LettersAsync();
        using var first = await _platform.Service.DownloadAsync(bucket, "a.txt");
        var (tag, modified) = (first.Headers.ETag!.ToString(), first.Content.Headers.LastModified!.Value);

        foreach (var header in new[] { ("If-None-Match", tag), ("If-None-Match", $"\"x\", W/{tag}"), ("If-None-Match", "*"), ("If-Modified-Since", modified.ToString("R")), ("If-Modified-Since", modified.AddHours(1).ToString("R")) })
        {
            using var same = await _platform.Service.DownloadAsync(bucket, "a.txt", header);
            Assert.Equal((HttpStatusCode.NotModified, tag, ""), (same.StatusCode, same.Headers.ETag!.ToString(), await same.Content.ReadAsStringAsync()));
        }
        foreach (var header in new[] { ("If-None-Match", "\"x\""), ("If-Modified-Since", modified.AddSeconds(-1).ToString("R")), ("If-Modified-Since", "yesterday") })
            Assert.Equal("abcdefghij"u8.ToArray(), await _platform.Service.DownloadAsync(bucket, "a.txt", header).BytesAsync());

        // The tag wins over the time, and a range over an old tag is no range.
        Assert.Equal(10, (await _platform.Service.DownloadAsync(bucket, "a.txt", ("If-None-Match", "\"x\""), ("If-Modified-Since", modified.ToString("R"))).BytesAsync()).Length);
        Assert.Equal(10, (await _platform.Service.DownloadAsync(bucket, "a.txt", ("Range", "bytes=0-1"), ("If-Range", "\"x\"")).BytesAsync()).Length);
        Assert.Equal(2, (await _platform.Service.DownloadAsync(bucket, "a.txt", ("Range", "bytes=0-1"), ("If-Range", tag)).BytesAsync()).Length);
    }

    [Fact]
    public async Task Head_says_the_same_without_the_bytes()
    {
        var bucket = await LettersAsync();
        using var response = await _platform.Service.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/storage/v1/object/{bucket}/a.txt"));
        Assert.Equal((200, 10, "text/plain"), ((int)response.StatusCode, response.Content.Headers.ContentLength, response.Content.Headers.ContentType!.ToString()));
        Assert.NotNull(response.Headers.ETag);
        using var missing = await _platform.Service.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/storage/v1/object/{bucket}/b.txt"));
        Assert.Equal(400, (int)missing.StatusCode);
    }

    [Fact]
    public async Task What_a_browser_might_run_is_kept_from_running()
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        foreach (var (name, type, shown, isBoxed) in new[]
        {
            ("a.html", "text/html", "text/plain", false), ("b.html", "TEXT/HTML; charset=utf-8", "text/plain", false), ("c.svg", "image/svg+xml", "image/svg+xml", true),
            ("d.xhtml", "application/xhtml+xml", "application/xhtml+xml", true), ("e.png", "image/png", "image/png", false),
        })
        {
            Assert.Equal("200", await _platform.Service.UploadAsync(bucket, name, StorageWorld.Text("<b/>"), type: type).OutcomeAsync());
            using var response = await _platform.Anonymous.GetAsync($"/storage/v1/object/public/{bucket}/{name}");
            Assert.Equal(shown, response.Content.Headers.ContentType!.MediaType);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal(isBoxed, response.Headers.Contains("Content-Security-Policy"));
        }
    }

    [Fact]
    public async Task Many_downloads_at_once_get_each_its_own_object()
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        foreach (var i in Enumerable.Range(0, 10)) Assert.Equal("200", await _platform.Service.UploadAsync(bucket, $"{i}", StorageWorld.Text($"body {i}")).OutcomeAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            using var answer = await _platform.Anonymous.GetAsync($"/storage/v1/object/public/{(i % 12 == 11 ? "nowhere" : bucket)}/{i % 12}");
            return (i % 12, Body: await answer.Content.ReadAsStringAsync());
        }));
        foreach (var (i, body) in answers)
        {
            if (i < 10) Assert.Equal($"body {i}", body);
            else Assert.Contains(i == 10 ? "NoSuchKey" : "NoSuchBucket", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_signed_url_ends_when_it_says()
    {
        var bucket = await LettersAsync();
        var signer = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = TestPlatform.JwtSecret }));
        string Token(string claims) => signer.Sign(StorageWorld.Text(claims));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        async Task<string> OutcomeAsync(string token) => (await _platform.Anonymous.SendAsync("GET", $"/storage/v1/object/sign/{bucket}/a.txt?token={token}")).Outcome();

        Assert.Equal("200", await OutcomeAsync(Token($$"""{"url":"{{bucket}}/a.txt","scope":"download","exp":{{now + 60}}}""")));
        Assert.Equal("200", await OutcomeAsync(Token($$"""{"url":"{{bucket}}/a.txt","exp":{{now + 60}}}""")));
        Assert.Equal("InvalidJWT 400", await OutcomeAsync(Token($$"""{"url":"{{bucket}}/a.txt","scope":"download","exp":{{now - 1}}}""")));
        Assert.Equal("InvalidSignature 400", await OutcomeAsync(Token($$"""{"url":"{{bucket}}/a.txt","scope":"download"}""")));
        Assert.Equal("InvalidSignature 400", await OutcomeAsync(Token($$"""{"url":"{{bucket}}/a.txt","scope":"upload","exp":{{now + 60}}}""")));
        Assert.Equal("InvalidSignature 400", await OutcomeAsync(Token($$"""{"url":"{{bucket}}/a.txt","upsert":true,"exp":{{now + 60}}}""")));
        Assert.Equal("InvalidSignature 400", await OutcomeAsync(_platform.ServiceKey));
        var forged = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = "a secret that somebody else made up, long enough" }));
        Assert.Equal("InvalidJWT 400", await OutcomeAsync(forged.Sign(StorageWorld.Text($$"""{"url":"{{bucket}}/a.txt","exp":{{now + 60}}}"""))));
        // A URL's token is no session.
        using var asBearer = _platform.Client(Token($$"""{"url":"{{bucket}}/a.txt","scope":"download","exp":{{now + 60}}}"""));
        Assert.Equal("NoSuchKey 404", await asBearer.DownloadAsync(bucket, "a.txt").OutcomeAsync());
    }

    private async Task<string> LettersAsync()
    {
        var bucket = await _platform.BucketAsync();
        Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a.txt", StorageWorld.Text("abcdefghij"), type: "text/plain").OutcomeAsync());
        return bucket;
    }
}
