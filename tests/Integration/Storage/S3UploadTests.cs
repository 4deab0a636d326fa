using Amazon.S3;
using Amazon.S3.Model;
using Hedgerow.Storage.Reconcile;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Uploads in parts over the S3 protocol: over two gateways, completed twice, refused, abandoned.</summary>
public sealed class S3UploadTests : IAsyncLifetime
{
    private TestPlatform _platform = null!;
    private TestPlatform _replica = null!;
    private AmazonS3Client _client = null!;
    private AmazonS3Client _other = null!;
    private string _bucket = "";

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync();
        _replica = await TestPlatform.StartOnAsync(_platform.Database, ("Storage:Url", _platform.Objects.Url));
        (_client, _other) = (_platform.S3(_platform.ServiceKey), _replica.S3(_replica.ServiceKey));
        _bucket = await _platform.BucketAsync();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        _other.Dispose();
        await _replica.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Any_gateway_goes_on_where_another_one_stood()
    {
        var bytes = StorageWorld.Pattern(11_000_000);
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        var one = await PartAsync(_client, id, 1, bytes[..5_300_000]);
        var two = await PartAsync(_other, id, 2, bytes[5_300_000..]);
        Assert.Equal(2, (await _client.ListPartsAsync(_bucket, "a", id)).Parts.Count);
        await CompleteAsync(_other, id, one, two);
        Assert.True((await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync()).AsSpan().SequenceEqual(bytes));
        var report = await _platform.ReconcileAsync();
        Assert.Equal((1, 0, 1, false), (report.Stored, report.Orphans, report.Verified, report.IsDamaged));
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.s3_multipart_uploads_parts"));
    }

    [Fact]
    public async Task Of_many_who_complete_an_upload_one_makes_it_an_object_all_are_told_so_and_no_bytes_are_lost()
    {
        for (var round = 0; round < 10; round++)
        {
            var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
            var part = await PartAsync(_client, id, 1, StorageWorld.Pattern(100_000, round));
            var ends = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => CodeAsync(() => CompleteAsync(i % 2 == 0 ? _client : _other, id, part))));
            Assert.All(ends, end => Assert.Equal("200", end));
            Assert.True((await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync()).AsSpan().SequenceEqual(StorageWorld.Pattern(100_000, round)));
        }
        Assert.Equal(1, await _platform.StoredAsync());
    }

    [Fact]
    public async Task Who_lost_the_answer_completes_once_more_and_is_told_the_same()
    {
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        var bytes = StorageWorld.Pattern(5_300_000);
        PartETag[] parts = [await PartAsync(_client, id, 1, bytes), await PartAsync(_client, id, 2, [7])];
        var request = new CompleteMultipartUploadRequest { BucketName = _bucket, Key = "a", UploadId = id, PartETags = [.. parts], IfNoneMatch = "*" };
        var first = await _client.CompleteMultipartUploadAsync(request);

        var again = await _other.CompleteMultipartUploadAsync(request);
        Assert.Equal((first.ETag, first.Key, first.BucketName), (again.ETag, again.Key, again.BucketName));
        Assert.Equal(first.ETag, (await _client.GetObjectMetadataAsync(_bucket, "a")).ETag);
        // It makes nothing again: what others did to the object since stays.
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = "a", ContentBody = "newer" });
        Assert.Equal(first.ETag, (await _client.CompleteMultipartUploadAsync(request)).ETag);
        Assert.Equal("newer"u8.ToArray(), await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync());
    }

    [Fact]
    public async Task A_complete_that_names_no_parts_means_all_of_them_as_in_Supabase()
    {
        var bytes = StorageWorld.Pattern(5_300_000);
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        Assert.Equal("MalformedXML", await CodeAsync(() => CompleteAsync(_client, id)));
        await PartAsync(_client, id, 2, [7]);
        await PartAsync(_client, id, 1, bytes);
        Assert.Equal("200", await _platform.SignedAsync("POST", $"/{_bucket}/a?uploadId={id}"));
        Assert.True((await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync()).AsSpan().SequenceEqual((byte[])[.. bytes, 7]));

        var small = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        await PartAsync(_client, small, 1, [1]);
        await PartAsync(_client, small, 2, [2]);
        Assert.Equal("EntityTooSmall", await CodeAsync(() => CompleteAsync(_client, small)));
    }

    [Fact]
    public async Task Only_the_same_complete_of_the_same_person_is_a_repeated_one_and_for_a_limited_time()
    {
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        PartETag[] parts = [await PartAsync(_client, id, 1, StorageWorld.Pattern(5_300_000)), await PartAsync(_client, id, 2, [7])];
        async Task<string> EndAsync(AmazonS3Client client, string key, params PartETag[] named) => await CodeAsync(() =>
            client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = _bucket, Key = key, UploadId = id, PartETags = [.. named] }));
        Assert.Equal("200", await EndAsync(_client, "a", parts));

        Assert.Equal("NoSuchUpload", await EndAsync(_client, "a", parts[0]));
        Assert.Equal("NoSuchUpload", await EndAsync(_client, "a", new PartETag(1, "no tag"), parts[1]));
        Assert.Equal("NoSuchUpload", await EndAsync(_client, "b", parts));
        using var somebody = _platform.S3(_platform.AnonKey);
        Assert.Equal("NoSuchUpload", await EndAsync(somebody, "a", parts));
        Assert.Equal("NoSuchUpload", await CodeAsync(() => PartAsync(_client, id, 3, [8])));
        Assert.Equal("NoSuchUpload", await CodeAsync(() => _client.AbortMultipartUploadAsync(_bucket, "a", id)));

        await _platform.Database.ExecuteAsync("update storage.s3_completed_uploads set completed_at = now() - interval '23 hours'");
        await _platform.ReconcileAsync();
        Assert.Equal("200", await EndAsync(_client, "a", parts));
        await _platform.Database.ExecuteAsync("update storage.s3_completed_uploads set completed_at = now() - interval '25 hours'");
        await _platform.ReconcileAsync();
        Assert.Equal("NoSuchUpload", await EndAsync(_client, "a", parts));
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from storage.s3_completed_uploads"));
    }

    [Fact]
    public async Task An_upload_that_is_refused_at_its_end_can_be_completed_when_the_reason_is_gone()
    {
        await _platform.Database.ExecuteAsync("""
            create function public.refuse() returns trigger language plpgsql as $$
            begin
              if new.version <> '1' then raise sqlstate 'PT402' using message = 'too much for the plan'; end if;
              return new;
            end $$;
            create trigger refuse before insert or update on storage.objects for each row execute function public.refuse();
            """);
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        var part = await PartAsync(_client, id, 1, [1, 2, 3]);
        Assert.Equal("InvalidRequest", await CodeAsync(() => CompleteAsync(_client, id, part)));
        // Its bytes are whole already, and belong to it as long as it is there.
        Assert.Equal(0, (await _platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1)))).Orphans);
        await _platform.Database.ExecuteAsync("drop trigger refuse on storage.objects");
        await CompleteAsync(_client, id, part);
        Assert.Equal([1, 2, 3], await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync());
    }

    [Fact]
    public async Task An_upload_that_was_put_together_is_not_completed_with_other_parts()
    {
        await _platform.Database.ExecuteAsync("""
            create function public.refuse() returns trigger language plpgsql as $$
            begin
              if new.version <> '1' then raise sqlstate 'PT402' using message = 'too much for the plan'; end if;
              return new;
            end $$;
            create trigger refuse before insert or update on storage.objects for each row execute function public.refuse();
            """);
        var bytes = StorageWorld.Pattern(10_600_000);
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        PartETag[] parts = [await PartAsync(_client, id, 1, bytes[..5_300_000]), await PartAsync(_client, id, 2, bytes[5_300_000..])];
        Assert.Equal("InvalidRequest", await CodeAsync(() => CompleteAsync(_client, id, parts)));
        await _platform.Database.ExecuteAsync("drop trigger refuse on storage.objects");
        // Ceph's gateway says 500 to a complete that differs from the one before, and so the platform 503.
        foreach (var part in parts) Assert.Contains(await CodeAsync(() => CompleteAsync(_other, id, part)), (string[])["InvalidPart", "ServiceUnavailable"]);
        await CompleteAsync(_other, id, parts);
        Assert.True((await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync()).AsSpan().SequenceEqual(bytes));
        Assert.False((await _platform.ReconcileAsync()).IsDamaged);
    }

    [Fact]
    public async Task An_upload_goes_with_its_bucket_and_what_is_abandoned_is_found()
    {
        Assert.Equal("200", await _platform.Service.UploadAsync(_bucket, "kept", [1]).OutcomeAsync());
        var alive = (await _client.InitiateMultipartUploadAsync(_bucket, "alive")).UploadId;
        var part = await PartAsync(_client, alive, 1, [4, 5]);
        var dead = (await _client.InitiateMultipartUploadAsync(_bucket, "dead")).UploadId;
        await PartAsync(_client, dead, 1, [6]);
        await _platform.Database.ExecuteAsync($"""
            update storage.s3_multipart_uploads set created_at = now() - interval '25 hours';
            update storage.s3_multipart_uploads_parts set created_at = now() - interval '25 hours' where upload_id = '{dead}';
            """);
        var other = await _platform.BucketAsync();
        await _client.InitiateMultipartUploadAsync(other, "gone");
        await _client.DeleteBucketAsync(other);

        // The one that died, and the bytes of the one whose bucket is gone.
        Assert.Equal(2, (await _platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1)))).Unfinished);
        Assert.Equal("NoSuchUpload", await CodeAsync(() => PartAsync(_client, dead, 2, [7])));
        await CompleteAsync(_client, alive, part);
        Assert.Equal([4, 5], await _platform.Service.DownloadAsync(_bucket, "alive").BytesAsync());
        Assert.Equal(0, (await _platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1)))).Unfinished);
    }

    [Fact]
    public async Task Two_writers_of_one_part_never_mix()
    {
        var id = (await _client.InitiateMultipartUploadAsync(_bucket, "a")).UploadId;
        var versions = Enumerable.Range(0, 8).Select(i => StorageWorld.Pattern(200_000, i)).ToList();
        var etags = await Task.WhenAll(versions.Select((bytes, i) => PartAsync(i % 2 == 0 ? _client : _other, id, 1, bytes)));
        var kept = (await _client.ListPartsAsync(_bucket, "a", id)).Parts.Single();
        var outcome = await CodeAsync(() => CompleteAsync(_client, id, new PartETag(1, kept.ETag)));
        // Either the store and the database kept the same one, or the upload waits for the part to be sent again.
        if (outcome != "200") await CompleteAsync(_client, id, await PartAsync(_client, id, 1, versions[0]));
        var stored = await _platform.Service.DownloadAsync(_bucket, "a").BytesAsync();
        Assert.Contains(versions, bytes => bytes.AsSpan().SequenceEqual(stored));
        Assert.False((await _platform.ReconcileAsync()).IsDamaged);
        Assert.Equal(8, etags.Select(etag => etag.ETag).Distinct().Count());
    }

    private async Task<PartETag> PartAsync(AmazonS3Client client, string id, int number, byte[] bytes) => new(number, (await client.UploadPartAsync(new UploadPartRequest
    {
        BucketName = _bucket, Key = await KeyAsync(id), UploadId = id, PartNumber = number, InputStream = new MemoryStream(bytes), PartSize = bytes.Length,
    })).ETag);

    private async Task CompleteAsync(AmazonS3Client client, string id, params PartETag[] parts) => await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
    {
        BucketName = _bucket, Key = await KeyAsync(id), UploadId = id, PartETags = [.. parts],
    });

    private async Task<string> KeyAsync(string id) => await _platform.Database.ScalarAsync<string>(
        "select key from storage.s3_multipart_uploads where id = $1 union select key from storage.s3_completed_uploads where id = $1", id) ?? "dead";

    private static async Task<string> CodeAsync(Func<Task> act)
    {
        try
        {
            await act();
            return "200";
        }
        catch (AmazonS3Exception e)
        {
            return e.ErrorCode;
        }
    }
}
