using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Reconcile;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Store and database agree, whatever fails; what a crash left is found.</summary>
public sealed class ConsistencyTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task Whatever_is_replaced_or_removed_leaves_no_bytes_behind()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        foreach (var name in new[] { "a", "b", "c", "d" }) Assert.Equal("200", await platform.Service.UploadAsync(bucket, name, StorageWorld.Text(name)).OutcomeAsync());
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "a", StorageWorld.Text("again"), upsert: true).OutcomeAsync());
        Assert.Equal("200", (await platform.Service.SendAsync("POST", "/storage/v1/object/move", new { bucketId = bucket, sourceKey = "b", destinationKey = "e" })).Outcome());
        Assert.Equal("200", (await platform.Service.SendAsync("POST", "/storage/v1/object/copy", new { bucketId = bucket, sourceKey = "c", destinationKey = "f" })).Outcome());
        Assert.Equal("200", (await platform.Service.SendAsync("DELETE", $"/storage/v1/object/{bucket}/c")).Outcome());
        Assert.Equal("200", (await platform.Service.SendAsync("DELETE", $"/storage/v1/object/{bucket}", new { prefixes = new[] { "d" } })).Outcome());
        Assert.Equal(3, await platform.StoredAsync());
        Assert.Equal("c"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "f").BytesAsync());

        var report = await platform.ReconcileAsync();
        Assert.Equal((3, 0, 3, false), (report.Stored, report.Orphans, report.Verified, report.IsDamaged));
        Assert.Equal("200", (await platform.Service.SendAsync("POST", $"/storage/v1/bucket/{bucket}/empty")).Outcome());
        Assert.Equal(0, await platform.StoredAsync());
    }

    [Fact]
    public async Task Everything_below_a_prefix_goes_and_nothing_else()
    {
        var bucket = await _platform.BucketAsync();
        foreach (var name in new[] { "a/1", "a/b/2", "ab", "A/3" }) Assert.Equal("200", await _platform.Service.UploadAsync(bucket, name, StorageWorld.Text(name)).OutcomeAsync());
        var answer = await _platform.Service.SendAsync("DELETE", $"/storage/v1/object/{bucket}", new { prefix = "a/" });
        Assert.Equal(2, answer.Json.GetProperty("count").GetInt32());
        Assert.Equal("A/3,ab", await _platform.Database.ScalarAsync<string>("select string_agg(name, ',' order by name collate \"C\") from storage.objects where bucket_id = $1", bucket));
    }

    [Fact]
    public async Task Bytes_without_an_object_are_removed_once_they_are_old_enough()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "a", StorageWorld.Text("kept")).OutcomeAsync());
        // As after a crash between the bytes and the row.
        await platform.Room<IObjectBackend>().PutAsync(VersionKey.New(), new MemoryStream(new byte[10]), 10, CancellationToken.None);

        Assert.Equal(0, (await platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromHours(1)))).Orphans);
        Assert.Equal(1, (await platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1), Removes: false))).Orphans);
        Assert.Equal(2, await platform.StoredAsync());
        var report = await platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1)));
        Assert.Equal((2, 1, 10), (report.Stored, report.Orphans, report.OrphanBytes));
        Assert.Equal(1, await platform.StoredAsync());
        Assert.Equal("kept"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "a").BytesAsync());
    }

    [Fact]
    public async Task Lost_and_damaged_bytes_are_told_by_name()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        foreach (var name in new[] { "whole", "lost", "damaged", "short" }) Assert.Equal("200", await platform.Service.UploadAsync(bucket, name, StorageWorld.Text("some bytes")).OutcomeAsync());
        var store = platform.Room<IObjectBackend>();
        await store.DeleteAsync([await platform.VersionAsync(bucket, "lost")], CancellationToken.None);
        await store.PutAsync(await platform.VersionAsync(bucket, "damaged"), new MemoryStream(StorageWorld.Text("some bites")), 10, CancellationToken.None);
        await store.PutAsync(await platform.VersionAsync(bucket, "short"), new MemoryStream(StorageWorld.Text("some")), 4, CancellationToken.None);

        var report = await platform.ReconcileAsync();
        Assert.Equal([$"{bucket}/lost"], report.Missing.ToArray());
        Assert.Equal([$"{bucket}/damaged", $"{bucket}/short"], report.Damaged.Order());
        Assert.Equal(1, report.Verified);
        Assert.Equal("NoSuchKey 404", await platform.Service.DownloadAsync(bucket, "lost").OutcomeAsync());
    }

    [Fact]
    public async Task A_store_in_which_nothing_belongs_to_the_database_is_left_alone()
    {
        await using var platform = await TestPlatform.StartAsync();
        await platform.Room<IObjectBackend>().PutAsync(VersionKey.New(), new MemoryStream(new byte[10]), 10, CancellationToken.None);
        await Assert.ThrowsAsync<ForeignStoreException>(() => platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1))));
        Assert.Equal(1, await platform.StoredAsync());
        Assert.Equal(1, (await platform.ReconcileAsync(new ReconcilePlan(TimeSpan.FromMinutes(-1), Forced: true))).Orphans);
        Assert.Equal(0, await platform.StoredAsync());
    }

    [Fact]
    public async Task An_object_whose_row_a_trigger_refuses_leaves_no_bytes()
    {
        await using var platform = await TestPlatform.StartAsync();
        var bucket = await platform.BucketAsync();
        await platform.Database.ExecuteAsync("""
            create function public.refuse_large() returns trigger language plpgsql as $$
            begin
              if new.version <> '1' and (new.metadata ->> 'size')::int > 5 then
                raise sqlstate 'PT402' using message = 'too much for the plan';
              end if;
              return new;
            end $$;
            create trigger refuse_large before insert or update on storage.objects for each row execute function public.refuse_large();
            """);
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "a", new byte[5]).OutcomeAsync());
        Assert.Equal("InvalidRequest 402", await platform.Service.UploadAsync(bucket, "a", new byte[6], upsert: true).OutcomeAsync());
        Assert.Equal("InvalidRequest 402", await platform.Service.UploadAsync(bucket, "b", new byte[6]).OutcomeAsync());
        Assert.Equal(1, await platform.StoredAsync());
        Assert.Equal(5, (await platform.Service.DownloadAsync(bucket, "a").BytesAsync()).Length);
    }

    [FilesFact]
    public async Task While_the_store_is_gone_nothing_is_recorded_and_afterwards_all_is_well()
    {
        await using var platform = await TestPlatform.StartAsync();
        var folder = platform.Objects.Folder!;
        var bucket = await platform.BucketAsync();
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "a", StorageWorld.Text("old")).OutcomeAsync());
        Directory.Move(folder, folder + ".away");
        try
        {
            Assert.Equal("S3Error 503", await platform.Service.UploadAsync(bucket, "a", StorageWorld.Text("new"), upsert: true).OutcomeAsync());
            Assert.Equal("S3Error 503", await platform.Service.UploadAsync(bucket, "b", StorageWorld.Text("new")).OutcomeAsync());
            using var response = await platform.Service.UploadAsync(bucket, "b", StorageWorld.Text("new"));
            Assert.Equal(503, (int)response.StatusCode);
        }
        finally
        {
            Directory.Move(folder + ".away", folder);
        }
        Assert.Equal("old"u8.ToArray(), await platform.Service.DownloadAsync(bucket, "a").BytesAsync());
        Assert.Equal(1L, await platform.Database.ScalarAsync<long>("select count(*) from storage.objects where bucket_id = $1", bucket));
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "b", StorageWorld.Text("new")).OutcomeAsync());
        Assert.Equal(2, await platform.StoredAsync());
    }
}
