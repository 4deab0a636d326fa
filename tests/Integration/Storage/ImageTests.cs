using System.Text;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Images in the size, cut and format that is asked for: <c>/render/image</c>.</summary>
public sealed class ImageTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [ImagesTheory]
    [InlineData("width=100&height=100", "100x100")]
    [InlineData("width=100&height=100&resize=contain", "100x75")]
    [InlineData("width=100&height=100&resize=fill", "100x100")]
    [InlineData("width=100", "100x75")]
    [InlineData("height=150", "200x150")]
    [InlineData("width=1000&height=1000&resize=contain", "400x300")]
    [InlineData("width=4000", "400x300")]
    [InlineData("", "400x300")]
    public async Task A_public_image_comes_in_the_size_that_is_asked_for(string query, string expected)
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a.png", Pictures.Halves(400, 300), type: "image/png").OutcomeAsync());
        Assert.Equal(expected, Pictures.Size(await GetAsync(_platform.Client(null), $"public/{bucket}/a.png?{query}&format=png")));
    }

    [ImagesFact]
    public async Task The_format_is_the_clients_best_or_the_one_asked_for()
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        await _platform.Service.UploadAsync(bucket, "a.png", Pictures.Halves(40, 30), type: "image/png").OutcomeAsync();
        var path = $"/storage/v1/render/image/public/{bucket}/a.png?width=20";
        foreach (var (query, accept, type, magic) in new[]
        {
            ("", "image/avif,image/webp,*/*", "image/webp", "RIFF"), ("", "*/*", "image/png", "PNG"), ("&format=origin", "image/webp", "image/png", "PNG"),
            ("&format=webp", "*/*", "image/webp", "RIFF"), ("&format=avif", "*/*", "image/avif", "ftyp"), ("&format=jpeg&quality=20", "*/*", "image/jpeg", "\uFFFD\uFFFD"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path + query);
            request.Headers.Add("Accept", accept);
            using var answer = await _platform.Client(null).SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
            Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
            Assert.Contains(magic, Encoding.UTF8.GetString(body, 0, 12), StringComparison.Ordinal);
            Assert.Equal(query.Contains("format", StringComparison.Ordinal) ? "" : "Accept", answer.Headers.Vary.ToString());
            Assert.StartsWith("width:20", answer.Headers.GetValues("X-Transformations").Single(), StringComparison.Ordinal);
        }
    }

    [ImagesFact]
    public async Task An_image_that_has_not_changed_is_not_sent_again()
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        await _platform.Service.UploadAsync(bucket, "a.png", Pictures.Halves(40, 30), type: "image/png", headers: ("cache-control", "max-age=60")).OutcomeAsync();
        var path = $"/storage/v1/render/image/public/{bucket}/a.png";
        var first = await _platform.Anonymous.SendAsync("GET", $"{path}?width=20");
        var (tag, modified) = (first.Header("ETag")!, first.Header("Last-Modified")!);
        Assert.Equal("max-age=60", first.Header("Cache-Control"));
        Assert.Equal(304, (await _platform.Anonymous.SendAsync("GET", $"{path}?width=20", null, ("If-None-Match", tag))).Status);
        Assert.Equal(304, (await _platform.Anonymous.SendAsync("GET", $"{path}?width=20", null, ("If-Modified-Since", modified))).Status);
        // Another size, another format and the original are other things.
        Assert.Equal(200, (await _platform.Anonymous.SendAsync("GET", $"{path}?width=21", null, ("If-None-Match", tag))).Status);
        Assert.Equal(200, (await _platform.Anonymous.SendAsync("GET", $"{path}?width=20", null, ("If-None-Match", tag), ("Accept", "image/webp"))).Status);
        Assert.NotEqual(tag, (await _platform.Anonymous.SendAsync("GET", $"/storage/v1/object/public/{bucket}/a.png")).Header("ETag"));
        await _platform.Service.UploadAsync(bucket, "a.png", Pictures.Halves(60, 30), upsert: true, type: "image/png").OutcomeAsync();
        Assert.Equal(200, (await _platform.Anonymous.SendAsync("GET", $"{path}?width=20", null, ("If-None-Match", tag))).Status);
        var head = await _platform.Anonymous.SendAsync("HEAD", $"{path}?width=20");
        Assert.Equal((200, "image/png"), (head.Status, head.Header("Content-Type")));
    }

    [ImagesFact]
    public async Task Who_may_not_download_may_not_look_either()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""
            create policy "own folder {bucket}" on storage.objects for all to authenticated
              using (bucket_id = '{bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text)
            """);
        var (ann, bob) = (await _platform.SignUpAsync(), await _platform.SignUpAsync());
        var name = $"{bucket}/{ann.Id}/a.png";
        Assert.Equal("200", await ann.Http.UploadAsync(bucket, $"{ann.Id}/a.png", Pictures.Halves(40, 30), type: "image/png").OutcomeAsync());

        Assert.Equal("20x15", Pictures.Size(await GetAsync(ann.Http, $"authenticated/{name}?width=20")));
        Assert.Equal("NoSuchKey 404", await OutcomeAsync(bob.Http, $"authenticated/{name}?width=20"));
        Assert.Equal("NoSuchKey 404", await OutcomeAsync(_platform.Anonymous, $"authenticated/{name}?width=20"));
        Assert.Equal("InvalidRequest 400", await OutcomeAsync(_platform.Client(null), $"authenticated/{name}?width=20"));
        Assert.Equal("AccessDenied 403", await OutcomeAsync(_platform.Client(TestPlatform.Forged(_platform.AnonKey)), $"authenticated/{name}?width=20"));
        Assert.Equal("NoSuchBucket 404", await OutcomeAsync(ann.Http, $"public/{name}?width=20"));
        // Nothing of it shows in how it is refused: neither its tag nor that it is there.
        Assert.Equal("NoSuchKey 404", (await bob.Http.SendAsync("GET", $"/storage/v1/render/image/authenticated/{name}", null, ("If-None-Match", "*"))).Outcome());
        Assert.Equal("NoSuchKey 404", await OutcomeAsync(ann.Http, $"authenticated/{bucket}/{ann.Id}/b.png"));
    }

    [ImagesFact]
    public async Task A_signed_url_shows_what_was_signed_and_nothing_else()
    {
        var bucket = await _platform.BucketAsync();
        foreach (var each in new[] { "a.png", "b.png" })
            await _platform.Service.UploadAsync(bucket, each, Pictures.Halves(400, 300), type: "image/png").OutcomeAsync();
        var signed = await _platform.Service.SendAsync(
            "POST", $"/storage/v1/object/sign/{bucket}/a.png", new { expiresIn = 60, transform = new { width = 40, height = 40, resize = "contain", format = "origin" } });
        var url = signed["signedURL"]!;
        Assert.StartsWith($"/render/image/sign/{bucket}/a.png?token=", url, StringComparison.Ordinal);
        var token = url[(url.IndexOf("token=", StringComparison.Ordinal) + 6)..];

        var nobody = _platform.Client(null);
        Assert.Equal("40x30", Pictures.Size(await GetAsync(nobody, $"sign/{bucket}/a.png?token={token}")));
        Assert.Equal("40x30", Pictures.Size(await GetAsync(nobody, $"sign/{bucket}/a.png?token={token}&width=400&height=300&format=webp")));
        // Not the original, no other object, no upload, no altered token.
        Assert.Equal("InvalidSignature 400", (await nobody.SendAsync("GET", $"/storage/v1/object/sign/{bucket}/a.png?token={token}")).Outcome());
        Assert.Equal("InvalidSignature 400", await OutcomeAsync(nobody, $"sign/{bucket}/b.png?token={token}"));
        Assert.Equal("InvalidSignature 400", (await nobody.SendAsync("PUT", $"/storage/v1/object/upload/sign/{bucket}/a.png?token={token}", "x")).Outcome());
        Assert.Equal("InvalidJWT 400", await OutcomeAsync(nobody, $"sign/{bucket}/a.png?token={TestPlatform.Forged(token)}"));
        Assert.Equal("InvalidRequest 400", await OutcomeAsync(nobody, $"sign/{bucket}/a.png"));
        // A session's token signs nothing.
        Assert.Equal("InvalidSignature 400", await OutcomeAsync(nobody, $"sign/{bucket}/a.png?token={_platform.ServiceKey}"));

        var stranger = await _platform.SignUpAsync();
        Assert.Equal("NoSuchKey 404", (await stranger.Http.SendAsync("POST", $"/storage/v1/object/sign/{bucket}/a.png", new { expiresIn = 60, transform = new { width = 40 } })).Outcome());
        Assert.Equal("InvalidRequest 400", (await _platform.Service.SendAsync("POST", $"/storage/v1/object/sign/{bucket}/a.png", new { expiresIn = 60, transform = new { quality = 5 } })).Outcome());
        var plain = await _platform.Service.SendAsync("POST", $"/storage/v1/object/sign/{bucket}/a.png", new { expiresIn = 60, transform = new { } });
        Assert.StartsWith($"/object/sign/{bucket}/a.png", plain["signedURL"], StringComparison.Ordinal);
    }

    [ImagesFact]
    public async Task A_photograph_is_turned_as_it_was_held_and_an_animation_keeps_moving()
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        var (service, nobody) = (_platform.Service, _platform.Client(null));
        await service.UploadAsync(bucket, "flat.png", Pictures.Halves(400, 300), type: "image/png").OutcomeAsync();
        var jpeg = await GetAsync(nobody, $"public/{bucket}/flat.png?format=jpeg");
        await service.UploadAsync(bucket, "turned.jpg", Pictures.Turned(jpeg, 6), type: "image/jpeg").OutcomeAsync();
        Assert.Equal("300x400", Pictures.Size(await GetAsync(nobody, $"public/{bucket}/turned.jpg?format=png")));
        Assert.Equal("30x40", Pictures.Size(await GetAsync(nobody, $"public/{bucket}/turned.jpg?width=30&format=png")));

        await service.UploadAsync(bucket, "moving.gif", Pictures.Gif(100, 60, 80), type: "image/gif").OutcomeAsync();
        // As Supabase: sixty frames at most, each cut by itself; a still where the format knows no other.
        Assert.Equal(60, Pictures.Frames(await GetAsync(nobody, $"public/{bucket}/moving.gif?width=50&height=10")));
        Assert.Equal("50x10", Pictures.Size(await GetAsync(nobody, $"public/{bucket}/moving.gif?width=50&height=10&format=png")));
        Assert.Contains("ANIM", Encoding.Latin1.GetString(await GetAsync(nobody, $"public/{bucket}/moving.gif?width=50&format=webp")), StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "nothing", [] },
        { "text", "This is a picture, believe me."u8.ToArray() },
        { "half a PNG", Pictures.Halves(400, 300)[..^200] },
        { "a PNG without pixels", Pictures.Png(400, 300) },
        { "a PNG of 60,000 by 60,000", Pictures.Png(60_000, 60_000) },
        { "an animation of 2,000 frames of 2,000 by 2,000", Pictures.Gif(2000, 2000, 2000) },
        { "an SVG that reads files", """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>"""u8.ToArray() },
        { "a GIF that is a script", "GIF89a/*<svg onload=alert(1)>*/=1;alert(1)"u8.ToArray() },
        { "a JPEG of noise", [0xFF, 0xD8, 0xFF, .. StorageWorld.Pattern(5000)] },
        { "a WebP that says it is endless", [.. "RIFF"u8, 255, 255, 255, 255, .. "WEBPVP8 "u8, .. StorageWorld.Pattern(5000)] },
        { "an AVIF of noise", [0, 0, 0, 24, .. "ftypavif"u8, .. StorageWorld.Pattern(5000)] },
        { "a PDF", "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj"u8.ToArray() },
        { "commands for ImageMagick", "push graphic-context\nimage over 0,0 0,0 'https://127.0.0.1/x'\npop graphic-context"u8.ToArray() },
    };

    [ImagesTheory]
    [MemberData(nameof(Hostile))]
    public async Task What_is_no_image_is_refused_and_harms_nobody(string what, byte[] bytes)
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        await _platform.Service.UploadAsync(bucket, "bad.png", bytes, type: "image/png").OutcomeAsync();
        await _platform.Service.UploadAsync(bucket, "good.png", Pictures.Halves(40, 30), type: "image/png").OutcomeAsync();
        var format = what.Contains("animation", StringComparison.Ordinal) ? "origin" : "png";
        Assert.Equal("InvalidRequest 422", await OutcomeAsync(_platform.Client(null), $"public/{bucket}/bad.png?width=100&format={format}"));
        Assert.Equal("20x15", Pictures.Size(await GetAsync(_platform.Client(null), $"public/{bucket}/good.png?width=20&format=png")));
    }

    [ImagesTheory]
    [InlineData("width=abc")]
    [InlineData("height=-5")]
    [InlineData("resize=crop")]
    [InlineData("quality=5")]
    [InlineData("format=../../etc/passwd")]
    public async Task A_transformation_that_is_none_is_refused(string query)
    {
        var bucket = await _platform.BucketAsync(new { @public = true });
        Assert.Equal("InvalidRequest 400", await OutcomeAsync(_platform.Client(null), $"public/{bucket}/a.png?{query}"));
    }

    internal static async Task<byte[]> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync($"/storage/v1/render/image/{path}");
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        return body;
    }

    private static async Task<string> OutcomeAsync(HttpClient client, string path) => (await client.SendAsync("GET", $"/storage/v1/render/image/{path}")).Outcome();
}
