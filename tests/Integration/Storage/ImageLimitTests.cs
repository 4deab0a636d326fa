using System.Diagnostics;
using Hedgerow.Storage.Images;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>What rendering may cost, and what is left when an image costs more: everybody else's images.</summary>
public sealed class ImageLimitTests
{
    private const string Worker = "hedgerow-image-worker";

    [ImagesFact]
    public async Task An_image_that_takes_too_long_ends_alone()
    {
        await using var platform = await TestPlatform.StartAsync(("Storage:Images:TimeoutSeconds", "1"), ("Storage:Images:Workers", "1"));
        var bucket = await WithImagesAsync(platform);
        Assert.Equal("SlowDown 503", await OutcomeAsync(platform, $"{bucket}/large.png?format=avif&quality=100"));
        // On a busy machine the first image of a new worker can take its second as well.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        string outcome;
        do outcome = await OutcomeAsync(platform, $"{bucket}/small.png?width=10");
        while (outcome == "SlowDown 503" && !patience.IsCancellationRequested);
        Assert.Equal("200", outcome);
    }

    [ImagesFact]
    public async Task An_image_that_takes_too_much_memory_ends_alone()
    {
        await using var platform = await TestPlatform.StartAsync(("Storage:Images:MemoryMegabytes", "64"), ("Storage:Images:Workers", "1"));
        var bucket = await WithImagesAsync(platform);
        // AVIF wants all pixels at once.
        Assert.Equal("InvalidRequest 422", await OutcomeAsync(platform, $"{bucket}/large.png?format=avif"));
        Assert.Equal("200", await OutcomeAsync(platform, $"{bucket}/small.png?width=10"));
    }

    [ImagesFact]
    public async Task Past_the_limit_requests_are_told_to_come_back()
    {
        await using var platform = await TestPlatform.StartAsync(("Storage:Images:MaxRequests", "2"), ("Storage:Images:Workers", "1"));
        var bucket = await WithImagesAsync(platform);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => OutcomeAsync(platform, $"{bucket}/large.png?width=500&format=png")));
        Assert.Equal(["200", "SlowDown 429"], outcomes.Distinct().Order());
        Assert.Equal("200", await OutcomeAsync(platform, $"{bucket}/small.png?width=10"));
    }

    [ImagesFact]
    public async Task A_worker_knows_no_secret_and_its_end_is_nobodys()
    {
        await using var platform = await TestPlatform.StartAsync(("Storage:Images:Workers", "1"), ("Storage:Images:ImagesPerWorker", "3"));
        var bucket = await WithImagesAsync(platform);
        Assert.Equal("200", await OutcomeAsync(platform, $"{bucket}/small.png?width=10"));
        var worker = Assert.Single(platform.Room<ImageRenderer>().IdleProcesses);
        if (OperatingSystem.IsLinux())
        {
            var environment = await File.ReadAllTextAsync($"/proc/{worker}/environ");
            Assert.DoesNotContain("HEDGEROW", environment, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("HOME", environment, StringComparison.Ordinal);
        }
        using (var process = Process.GetProcessById(worker))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        foreach (var width in new[] { 10, 11, 12, 13 }) Assert.Equal("200", await OutcomeAsync(platform, $"{bucket}/small.png?width={width}"));
    }

    [ImagesFact]
    public async Task A_client_that_leaves_takes_its_image_with_it()
    {
        await using var platform = await TestPlatform.StartAsync(("Storage:Images:Workers", "1"));
        var bucket = await WithImagesAsync(platform);
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            platform.Anonymous.GetAsync($"/storage/v1/render/image/public/{bucket}/large.png?format=avif&quality=100", leaving.Token));
        Assert.Equal("200", await OutcomeAsync(platform, $"{bucket}/small.png?width=10"));
    }

    [Fact]
    public async Task Turned_off_nothing_is_rendered_and_who_may_not_see_learns_nothing()
    {
        await using var platform = await TestPlatform.StartAsync(("Storage:Images:Enabled", "false"));
        var bucket = await WithImagesAsync(platform);
        Assert.Equal("FeatureNotEnabled 403", await OutcomeAsync(platform, $"{bucket}/small.png?width=10"));
        Assert.Equal("NoSuchKey 404", await OutcomeAsync(platform, $"{bucket}/none.png?width=10"));
    }

    [Fact]
    public async Task Without_libvips_a_worker_says_so()
    {
        if (!OperatingSystem.IsLinux()) return;
        // A library of that name that is none stands before the real one.
        var folder = Directory.CreateTempSubdirectory("hedgerow-no-vips-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "libvips.so.42"), "not a library");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{Worker}.dll"), "512000000"])
            {
                RedirectStandardOutput = true, RedirectStandardInput = true, Environment = { ["LD_LIBRARY_PATH"] = folder.FullName },
            };
            using var process = Process.Start(start)!;
            Assert.Equal(0, process.StandardOutput.BaseStream.ReadByte());
            await process.WaitForExitAsync();
            Assert.Equal(1, process.ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_cache_in_front_is_told_what_to_forget_by_the_service_key_alone()
    {
        await using var cdn = new HttpEcho();
        await using var platform = await TestPlatform.StartAsync(("Storage:CdnPurgeUrl", cdn.Url), ("Storage:CdnPurgeKey", "purge-key"));
        foreach (var client in new[] { platform.Anonymous, (await platform.SignUpAsync()).Http })
            Assert.Equal("AccessDenied 403", (await client.SendAsync("DELETE", "/storage/v1/cdn/bucket/a.png")).Outcome());
        Assert.Equal("InvalidRequest 400", (await platform.Client(null).SendAsync("DELETE", "/storage/v1/cdn/bucket/a.png")).Outcome());
        Assert.Equal("InvalidRequest 400", (await platform.Service.SendAsync("DELETE", "/storage/v1/cdn/bucket?transformations=perhaps")).Outcome());
        Assert.Empty(cdn.Heard);

        Assert.Equal("success", (await platform.Service.SendAsync("DELETE", "/storage/v1/cdn/bucket/folder/a.png"))["message"]);
        Assert.Equal("200", (await platform.Service.SendAsync("DELETE", "/storage/v1/cdn/bucket?transformations=true")).Outcome());
        Assert.Equal("200", (await platform.Service.SendAsync("DELETE", "/storage/v1/cdn")).Outcome());
        var heard = await cdn.HearAsync(3);
        Assert.All(heard, each => Assert.Equal(("POST", "/purge", "Bearer purge-key"), (each.Method, each.Path, each.Headers["authorization"])));
        Assert.Equal(
            [
                """{"type":"object","tenant":{"ref":"stub"},"bucketId":"bucket","objectName":"folder/a.png"}""",
                """{"type":"bucket-transforms","tenant":{"ref":"stub"},"bucketId":"bucket"}""",
                """{"type":"tenant","tenant":{"ref":"stub"}}""",
            ],
            heard.Select(each => System.Text.Encoding.UTF8.GetString(each.Body)));
        cdn.AnswerNext(500);
        Assert.Equal("InternalError 502", (await platform.Service.SendAsync("DELETE", "/storage/v1/cdn/bucket")).Outcome());

        await using var alone = await TestPlatform.StartAsync();
        Assert.Equal("MissingParameter 400", (await alone.Service.SendAsync("DELETE", "/storage/v1/cdn/bucket")).Outcome());
    }

    private static async Task<string> WithImagesAsync(TestPlatform platform)
    {
        var bucket = await platform.BucketAsync(new { @public = true });
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "small.png", Pictures.Halves(40, 30), type: "image/png").OutcomeAsync());
        Assert.Equal("200", await platform.Service.UploadAsync(bucket, "large.png", Pictures.Black(7000, 7000), type: "image/png").OutcomeAsync());
        return bucket;
    }

    private static async Task<string> OutcomeAsync(TestPlatform platform, string path)
    {
        var answer = await platform.Anonymous.SendAsync("GET", $"/storage/v1/render/image/public/{path}");
        return answer.Outcome();
    }
}
