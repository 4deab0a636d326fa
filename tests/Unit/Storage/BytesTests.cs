using System.Security.Cryptography;
using System.Text;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Tests.Unit.Storage;

public sealed class BytesTests
{
    [Fact]
    public void The_checksum_is_crc32c_as_the_rfc_shows_it()
    {
        // RFC 3720, B.4.
        Assert.Equal(0x8A9136AAu, Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0xE3069283u, Of("123456789"u8.ToArray()));
    }

    [Theory]
    [InlineData(24_575)]
    [InlineData(24_576)]
    [InlineData(100_003)]
    public void Many_bytes_at_once_have_the_checksum_of_one_after_the_other(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        var state = uint.MaxValue;
        foreach (var one in bytes) state = Crc32C.Append(state, [one]);
        Assert.Equal(~state, Of(bytes));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(1, 1)]
    [InlineData(1000, 123_457)]
    public void Checksums_of_two_pieces_make_that_of_the_whole(int first, int second)
    {
        var bytes = new byte[first + second];
        new Random(1).NextBytes(bytes);
        Assert.Equal(Of(bytes), Crc32C.Combine(Of(bytes[..first]), Of(bytes[first..]), second));
    }

    [Fact]
    public async Task A_body_is_measured_while_it_passes_and_cut_off_at_its_limit()
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        await using var whole = new MeteredBody(new MemoryStream(bytes), bytes.Length);
        var copy = new MemoryStream();
        await whole.CopyToAsync(copy);
        var measure = whole.Finish();
        Assert.Equal(new BodyMeasure(bytes.Length, Convert.ToHexStringLower(MD5.HashData(bytes)), Of(bytes)), measure);
        Assert.Equal(bytes, copy.ToArray());

        // Announced, or found to be large on the way.
        var version = VersionKey.New();
        foreach (var length in new long?[] { 17_000_000, null })
        {
            await using var large = new MeteredBody(new MemoryStream(new byte[17_000_000]), long.MaxValue, new LargeTag(version, length));
            await large.CopyToAsync(Stream.Null);
            Assert.Equal(new BodyMeasure(17_000_000, $"{version.Text.Replace("-", "", StringComparison.Ordinal)}-4", Of(new byte[17_000_000])), large.Finish());
        }

        await using var cut = new MeteredBody(new MemoryStream(bytes), bytes.Length - 1);
        await Assert.ThrowsAsync<BodyTooLargeException>(() => cut.CopyToAsync(Stream.Null));
    }

    [Theory]
    [InlineData("a.txt", "attachment; filename=a.txt; filename*=UTF-8''a.txt")]
    [InlineData("a b.txt", "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt")]
    [InlineData("nämé\"\r\n.txt", "attachment; filename=n_m____.txt; filename*=UTF-8''n%C3%A4m%C3%A9%22%0D%0A.txt")]
    [InlineData("it's (1).txt", "attachment; filename=\"it's (1).txt\"; filename*=UTF-8''it%27s%20%281%29.txt")]
    [InlineData("", "attachment;")]
    public void A_download_has_a_name_that_is_a_header(string name, string header) => Assert.Equal(header, Disposition.Attachment(name));

    [Theory]
    [InlineData("file:///var/lib/objects", true)]
    [InlineData("s3://access:secret@127.0.0.1:9000/bucket", true)]
    [InlineData("s3://access:secret@host/bucket/a/b?region=eu-1&tls=false", true)]
    [InlineData("file://host/objects", false)]
    [InlineData("file:///", false)]
    [InlineData("s3://127.0.0.1:9000/bucket", false)]
    [InlineData("s3://access:secret@127.0.0.1:9000", false)]
    [InlineData("s3://access:secret@127.0.0.1:9000/bucket?colour=red", false)]
    [InlineData("gs://bucket", false)]
    [InlineData("objects", false)]
    public void A_place_for_objects_is_a_url_and_its_flaw_is_told_without_its_secret(string text, bool isGood)
    {
        Assert.Equal(isGood, StorageUrl.TryParse(text, out _, out var problem));
        Assert.Equal(isGood, problem is null);
        Assert.DoesNotContain("secret@", problem?.Replace("s3://access:secret@host:port", "", StringComparison.Ordinal) ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void An_s3_url_is_spoken_to_in_clear_on_this_machine_only_and_may_hold_escapes()
    {
        Assert.True(StorageUrl.TryParse("s3://a%2Fb:c%40d@127.0.0.1:9000/bucket/x/y", out var url, out _));
        Assert.Equal(new S3Url(new Uri("http://127.0.0.1:9000"), "bucket", "x/y/", "us-east-1", "a/b", "c@d"), url);
        Assert.DoesNotContain("c@d", url.ToString(), StringComparison.Ordinal);
        Assert.True(StorageUrl.TryParse("s3://a:b@s3.example.com/bucket", out var far, out _));
        Assert.Equal(new Uri("https://s3.example.com"), ((S3Url)far).Endpoint);
    }

    [Fact]
    public void A_cursor_comes_back_as_it_went_and_nothing_else_is_one()
    {
        var cursor = new ListCursor("a/b\u00e4", "created_at", "2026-01-01T00:00:00.000Z", true);
        Assert.Equal(cursor, ListCursor.Parse(cursor.ToString()));
        foreach (var nonsense in new[] { "", "x", "not base64!", Convert.ToBase64String(Encoding.UTF8.GetBytes("a\nowner\n\nx")) }) Assert.Null(ListCursor.Parse(nonsense));
    }

    private static uint Of(byte[] bytes) => ~Crc32C.Append(uint.MaxValue, bytes);
}
