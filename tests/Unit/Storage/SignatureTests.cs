using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol;
using Hedgerow.Storage.S3Protocol.Payload;
using Hedgerow.Storage.S3Protocol.Signing;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Tests.Unit.Storage;

/// <summary>
/// AWS's published examples (Amazon S3 API Reference, Authenticating Requests: "Examples: Signature Calculations", "Transferring Payload in Multiple Chunks",
/// "… with trailing headers", "Using Query Parameters").
/// </summary>
public sealed class SignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Bucket = "examplebucket.s3.amazonaws.com";

    [Fact]
    public void A_get_with_a_range() => Verify(
        "GET", "/test.txt", "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ("Host", Bucket), ("Range", "bytes=0-9"), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z"));

    [Fact]
    public void A_put_dated_by_the_date_header() => Verify(
        "PUT", "/test%24file.text", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ("Host", Bucket), ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-date", "20130524T000000Z"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"));

    [Fact]
    public void A_parameter_without_a_value() => Verify(
        "GET", "/?lifecycle", "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ("Host", Bucket), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z"));

    [Fact]
    public void A_list_with_parameters() => Verify(
        "GET", "/?max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ("Host", Bucket), ("x-amz-content-sha256", EmptyHash), ("x-amz-date", "20130524T000000Z"));

    [Fact]
    public void A_presigned_url()
    {
        var (request, target) = Request(
            "GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
            + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", ("Host", Bucket));
        var signed = Read(request, target);
        Assert.Equal((TimeSpan.FromDays(1), "UNSIGNED-PAYLOAD", "AKIAIOSFODNN7EXAMPLE"), (signed.Lifetime, signed.PayloadHash, signed.AccessKeyId));
        Assert.True(IsGood(request, target, signed));
        request.Headers.Host = "other.s3.amazonaws.com";
        Assert.False(IsGood(request, target, signed));
    }

    [Fact]
    public async Task Signed_chunks()
    {
        var sender = Sender(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", out var request, ("Content-Length", "66824"));
        var body = Chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648") + Chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
            + Chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
        Assert.Equal(66824, body.Length);
        Assert.Equal("66560", await OutcomeAsync(request, sender, body));
        Assert.Equal("SignatureDoesNotMatch", await OutcomeAsync(request, sender, body.Replace("400;chunk-signature=0", "400;chunk-signature=1", StringComparison.Ordinal)));
        Assert.Equal("SignatureDoesNotMatch", await OutcomeAsync(request, sender, body.Replace("aaa\r\n0;", "aab\r\n0;", StringComparison.Ordinal)));
        Assert.Equal("SignatureDoesNotMatch", await OutcomeAsync(request, sender, body.Replace("0;chunk-signature=b", "0;chunk-signature=c", StringComparison.Ordinal)));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, body[..^90]));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, body + "more"));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, body.Replace("10000;", "FFFFFFFFFFFFFFFFF;", StringComparison.Ordinal)));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, new string('0', 70_000)));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, ""));
    }

    [Fact]
    public async Task Signed_chunks_with_a_trailer()
    {
        var sender = Sender(
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", out var request, ("x-amz-trailer", "x-amz-checksum-crc32c"));
        const string Trailer = "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
        var body = Chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2") + Chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")
            + Chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")[..^2] + Trailer;
        Assert.Equal("66560", await OutcomeAsync(request, sender, body));
        Assert.Equal("SignatureDoesNotMatch", await OutcomeAsync(request, sender, body.Replace("sOO8", "sOO9", StringComparison.Ordinal)));
        Assert.Equal("SignatureDoesNotMatch", await OutcomeAsync(request, sender, body.Replace("signature:d", "signature:e", StringComparison.Ordinal)));
        Assert.Equal("MalformedTrailerError", await OutcomeAsync(request, sender, body.Replace("x-amz-checksum-crc32c", "x-amz-checksum-crc32", StringComparison.Ordinal)));
        Assert.Equal("MalformedTrailerError", await OutcomeAsync(request, sender, body[..^Trailer.Length] + "\r\n"));
    }

    [Theory]
    [InlineData("x-amz-checksum-crc32", "y/Q5Jg==")]
    [InlineData("x-amz-checksum-crc32c", "4waSgw==")]
    [InlineData("x-amz-checksum-crc64nvme", "rosUhgp5mIg=")]
    [InlineData("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=")]
    [InlineData("x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")]
    public async Task Checksums_of_unsigned_chunks(string header, string checksum)
    {
        // "123456789", the check value that catalogues of CRCs give; CRC-64/NVME: AE8B14860A799888.
        var sender = Sender("STREAMING-UNSIGNED-PAYLOAD-TRAILER", new string('0', 64), out var request, ("x-amz-trailer", header));
        request.Headers["x-amz-decoded-content-length"] = "9";
        Assert.Equal("9", await OutcomeAsync(request, sender, $"4\r\n1234\r\n5\r\n56789\r\n0\r\n{header}:{checksum}\r\n\r\n"));
        Assert.Equal("BadDigest", await OutcomeAsync(request, sender, $"4\r\n1234\r\n5\r\n56780\r\n0\r\n{header}:{checksum}\r\n\r\n"));
        Assert.Equal("InvalidDigest", await OutcomeAsync(request, sender, $"4\r\n1234\r\n5\r\n56789\r\n0\r\n{header}:nonsense\r\n\r\n"));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, $"4\r\n1234\r\n0\r\n{header}:{checksum}\r\n\r\n"));
        Assert.Equal("IncompleteBody", await OutcomeAsync(request, sender, $"A\r\n0123456789\r\n0\r\n{header}:{checksum}\r\n\r\n"));
    }

    private static void Verify(string method, string target, string signedHeaders, string signature, params (string, string)[] headers)
    {
        var (request, parsed) = Request(method, target, headers);
        request.Headers.Authorization =
            $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={signedHeaders},Signature={signature}";
        Assert.True(IsGood(request, parsed, Read(request, parsed)));
        Assert.False(new SigningKey(Secret + "x", Read(request, parsed)).Signs(CanonicalRequest.Hashes(request, parsed, Read(request, parsed)).First()));
    }

    private static Authenticated Sender(string payload, string signature, out HttpRequest request, params (string, string)[] more)
    {
        (request, var target) = Request(
            "PUT", "/examplebucket/chunkObject.txt",
            [
                ("Host", "s3.amazonaws.com"), ("Content-Encoding", "aws-chunked"), ("x-amz-content-sha256", payload), ("x-amz-date", "20130524T000000Z"),
                ("x-amz-decoded-content-length", "66560"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"), .. more,
            ]);
        var names = request.Headers.Keys.Select(name => name.ToLowerInvariant()).Order(StringComparer.Ordinal);
        request.Headers.Authorization =
            $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={string.Join(';', names)}, Signature={signature}";
        var signed = Read(request, target);
        if (payload.Contains("HMAC", StringComparison.Ordinal)) Assert.True(IsGood(request, target, signed));
        return new Authenticated(new Caller("anon", "{}"), signed, new SigningKey(Secret, signed));
    }

    /// <summary>How many bytes were read, or the code of the refusal.</summary>
    private static async Task<string> OutcomeAsync(HttpRequest request, Authenticated sender, string body)
    {
        request.Body = new MemoryStream(Encoding.ASCII.GetBytes(body));
        Assert.True(S3Payload.Open(request, sender).Ok(out var payload, out var error), error?.Message);
        await using (payload)
        {
            var copy = new MemoryStream();
            try
            {
                await payload.Data.CopyToAsync(copy, 1000);
                return $"{copy.Length}";
            }
            catch (PayloadRefusedException e)
            {
                Assert.True(copy.Length < payload.Length || payload.Length == 0 || e.Error.Code == "IncompleteBody", "everything was handed out before it was refused");
                return e.Error.Code;
            }
        }
    }

    private static string Chunk(int length, string signature) => $"{length:x};chunk-signature={signature}\r\n{new string('a', length)}\r\n";

    private static SignedRequest Read(HttpRequest request, S3Target target)
    {
        Assert.True(SignedRequest.Read(request, target).Ok(out var signed, out var error), error?.Message);
        return signed;
    }

    private static bool IsGood(HttpRequest request, S3Target target, SignedRequest signed) =>
        CanonicalRequest.Hashes(request, target, signed).Any(new SigningKey(Secret, signed).Signs);

    /// <summary>As it would be below this platform's own path, which the examples do not know.</summary>
    private static (HttpRequest, S3Target) Request(string method, string target, params (string Name, string Value)[] headers)
    {
        Assert.True(S3Target.TryParse("/storage/v1/s3/bucket" + target, out var parsed));
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        foreach (var (name, value) in headers) request.Headers[name] = value;
        return (request, parsed with { Path = target.Split('?')[0] });
    }
}
