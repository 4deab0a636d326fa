using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Hedgerow.Storage.S3Protocol.Payload;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>The S3 protocol: Amazon's .NET client, requests that no client sends, and what is left when they fail. tests/Clients has the JavaScript client.</summary>
public sealed class S3ProtocolTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task Amazons_client_for_dotnet_signs_its_chunks_and_finds_its_bytes()
    {
        var bucket = await _platform.BucketAsync();
        using var client = _platform.S3(_platform.ServiceKey);
        var bytes = StorageWorld.Pattern(300_000);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "a/ä b+c", InputStream = new MemoryStream(bytes), ContentType = "image/x" });
        using var found = await client.GetObjectAsync(bucket, "a/ä b+c");
        var copy = new MemoryStream();
        await found.ResponseStream.CopyToAsync(copy);
        Assert.True(copy.ToArray().AsSpan().SequenceEqual(bytes));
        Assert.Equal("image/x", found.Headers.ContentType);

        var large = StorageWorld.Pattern(18_000_000, 2);
        using (var transfer = new TransferUtility(client, new TransferUtilityConfig { MinSizeBeforePartUpload = 6_000_000 }))
            await transfer.UploadAsync(new TransferUtilityUploadRequest { BucketName = bucket, Key = "large", InputStream = new MemoryStream(large), PartSize = 6 * 1024 * 1024 });
        Assert.True((await _platform.Service.DownloadAsync(bucket, "large").BytesAsync()).AsSpan().SequenceEqual(large));
        Assert.Equal(2, (await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket })).S3Objects.Count);
        // In one piece it has the tag that S3 gives it, as large as it is.
        var whole = await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "whole", InputStream = new MemoryStream(large) });
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData(large))}\"", whole.ETag);
    }

    [Theory]
    [InlineData("/a//b", "a//b")]
    [InlineData("/%2Fa", "/a")]
    [InlineData("/a+b", "a+b")]
    [InlineData("/a%2Bb", "a+b")]
    [InlineData("/a%20(b)!*'", "a (b)!*'")]
    [InlineData("/%C3%A4%F0%9F%98%80", "ä😀")]
    public async Task A_key_is_what_the_path_says_letter_by_letter(string path, string name)
    {
        var bucket = await _platform.BucketAsync();
        Assert.Equal("200", await _platform.SignedAsync("PUT", $"/{bucket}{path}", "x"));
        Assert.Equal(name, await _platform.Database.ScalarAsync<string>("select name from storage.objects where bucket_id = $1", bucket));
    }

    [Fact]
    public async Task A_path_is_signed_as_it_is_sent_or_as_the_standard_wants_it()
    {
        var bucket = await _platform.BucketAsync();
        Assert.Equal("200", await _platform.SignedAsync("PUT", $"/{bucket}/a+(b)", "x", new Twist(SignedPath: $"/storage/v1/s3/{bucket}/a%2B%28b%29")));
        Assert.Equal("403 SignatureDoesNotMatch", await _platform.SignedAsync("PUT", $"/{bucket}/a", "x", new Twist(SignedPath: $"/storage/v1/s3/{bucket}/b")));
    }

    [Theory]
    [InlineData("/a/../b", "400 InvalidKey")]
    [InlineData("/..%2Fb", "400 InvalidKey")]
    [InlineData("/.", "400 InvalidKey")]
    [InlineData("/a%0Ab", "400 InvalidKey")]
    [InlineData("/a%5Cb", "400 InvalidKey")]
    [InlineData("/%FF", "400 InvalidURI")]
    [InlineData("/%ED%A0%80", "400 InvalidURI")]
    public async Task Paths_that_lead_astray_are_refused(string path, string outcome)
    {
        var bucket = await _platform.BucketAsync();
        Assert.Equal(outcome, await _platform.SignedAsync("PUT", $"/{bucket}{path}", "x"));
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.objects where bucket_id = $1", bucket));
    }

    [Fact]
    public async Task Times_hashes_and_headers_that_are_not_signed_are_refused()
    {
        var bucket = await _platform.BucketAsync();
        var stored = await _platform.StoredAsync();
        Task<string> Put(Twist twist, params (string, string)[] headers) => _platform.SignedAsync("PUT", $"/{bucket}/a", "x", twist, headers);
        Assert.Equal("403 RequestTimeTooSkewed", await Put(new Twist(Age: TimeSpan.FromMinutes(16))));
        Assert.Equal("403 RequestTimeTooSkewed", await Put(new Twist(Age: TimeSpan.FromMinutes(-16))));
        Assert.Equal("400 XAmzContentSHA256Mismatch", await Put(new Twist(PayloadHash: new string('0', 64))));
        Assert.Equal("400 InvalidArgument", await Put(new Twist(PayloadHash: "nonsense")));
        Assert.Equal("403 AccessDenied", await Put(new Twist(Unsigned: [("x-amz-meta-a", "b")])));
        Assert.Equal("403 AccessDenied", await Put(new Twist(Unsigned: [("x-amz-copy-source", $"{bucket}/b")])));
        Assert.Equal("411 MissingContentLength", await Put(new Twist(PayloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER")));
        Assert.Equal("400 IncompleteBody", await Put(new Twist(PayloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "1")));
        Assert.Equal("400 BadDigest", await Put(new Twist(PayloadHash: PayloadKind.Unsigned), ("x-amz-checksum-crc32", "AAAAAA==")));
        Assert.Equal("400 InvalidDigest", await Put(new Twist(PayloadHash: PayloadKind.Unsigned), ("x-amz-checksum-crc32", "AAAA")));
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.objects where bucket_id = $1", bucket));
        Assert.Equal(stored, await _platform.StoredAsync());
        Assert.Equal("200", await Put(new Twist(PayloadHash: PayloadKind.Unsigned)));
    }

    [Theory]
    [InlineData("GET", "?acl", "501 NotImplemented")]
    [InlineData("PUT", "?policy", "501 NotImplemented")]
    [InlineData("GET", "?policy", "501 NotImplemented")]
    [InlineData("POST", "", "405 MethodNotAllowed")]
    [InlineData("PUT", "/a?acl", "501 NotImplemented")]
    [InlineData("PUT", "/a?tagging", "501 NotImplemented")]
    [InlineData("GET", "/a?versionId=1", "501 NotImplemented")]
    [InlineData("GET", "/a?versionId=null", "404 NoSuchKey")]
    [InlineData("GET", "/a?partNumber=1", "404 NoSuchKey")]
    [InlineData("GET", "/a?partNumber=2", "416 InvalidPartNumber")]
    [InlineData("GET", "?lifecycle=", "409 FeatureNotEnabled")]
    [InlineData("DELETE", "?lifecycle=", "409 FeatureNotEnabled")]
    [InlineData("GET", "/a?attributes=", "400 InvalidArgument")]
    [InlineData("PATCH", "/a", "405 MethodNotAllowed")]
    [InlineData("GET", "?list-type=3", "501 NotImplemented")]
    [InlineData("GET", "?max-keys=x", "400 InvalidArgument")]
    [InlineData("GET", "?max-keys=99999999999", "400 InvalidArgument")]
    [InlineData("GET", "?encoding-type=xml", "400 InvalidArgument")]
    [InlineData("GET", "?prefix=%00", "400 InvalidArgument")]
    [InlineData("GET", "?continuation-token=%25&list-type=2", "400 InvalidArgument")]
    [InlineData("GET", "/a?uploadId=none", "404 NoSuchUpload")]
    [InlineData("DELETE", "/a?uploadId=none", "404 NoSuchUpload")]
    [InlineData("PUT", "/a?partNumber=x&uploadId=none", "400 InvalidArgument")]
    [InlineData("PUT", "/a?partNumber=1&uploadId=none", "404 NoSuchUpload")]
    [InlineData("POST", "?delete=", "400 MalformedXML")]
    [InlineData("POST", "/a?uploadId=none", "404 NoSuchUpload")]
    public async Task What_is_not_served_is_said_and_never_taken_for_another_call(string method, string target, string outcome)
    {
        var bucket = await _platform.BucketAsync();
        var query = target.Replace("?acl", "?acl=", StringComparison.Ordinal).Replace("?policy", "?policy=", StringComparison.Ordinal)
            .Replace("?tagging", "?tagging=", StringComparison.Ordinal);
        Assert.Equal(outcome, await _platform.SignedAsync(method, $"/{bucket}{query}"));
    }

    [Theory]
    [InlineData("<Delete>")]
    [InlineData("<Other/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Delete><Object><Key>&a;</Key></Object></Delete>")]
    [InlineData("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><Delete/>")]
    [InlineData("{\"Delete\": 1}")]
    public async Task Xml_that_is_broken_or_too_clever_is_refused(string body)
    {
        var bucket = await _platform.BucketAsync();
        Assert.Equal("400 MalformedXML", await _platform.SignedAsync("POST", $"/{bucket}?delete=", body));
    }

    [Fact]
    public async Task A_policy_sees_the_operation_and_the_length()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""
            create policy "small, by S3 {bucket}" on storage.objects for insert to authenticated with check (
              bucket_id = '{bucket}' and storage.operation() = 'storage.s3.upload' and (metadata ->> 'contentLength')::int < 10);
            create policy "seen {bucket}" on storage.objects for select to authenticated using (bucket_id = '{bucket}');
            create policy "replaced {bucket}" on storage.objects for update to authenticated using (bucket_id = '{bucket}');
            """);
        var ann = await _platform.SignUpAsync();
        using var client = _platform.S3(ann.AccessToken);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "a", ContentBody = "123456789" });
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "b", ContentBody = "1234567890" }));
        Assert.Equal("AccessDenied", refused.ErrorCode);
        Assert.Equal("AccessDenied", (await Assert.ThrowsAsync<AmazonS3Exception>(() => client.InitiateMultipartUploadAsync(bucket, "c"))).ErrorCode);
        Assert.Equal("AccessDenied", (await Assert.ThrowsAsync<AmazonS3Exception>(() => client.CopyObjectAsync(bucket, "a", bucket, "c"))).ErrorCode);
        Assert.Equal("AccessDenied", await DeletionAsync(client, bucket));
        Assert.Equal(ann.Id.ToString(), await _platform.Database.ScalarAsync<string>("select owner_id from storage.objects where bucket_id = $1", bucket));
    }

    /// <summary>Whoever sees an object and may not remove it is told so.</summary>
    private static async Task<string> DeletionAsync(AmazonS3Client client, string bucket) =>
        (await Assert.ThrowsAsync<AmazonS3Exception>(() => client.DeleteObjectAsync(bucket, "a"))).ErrorCode;
}
