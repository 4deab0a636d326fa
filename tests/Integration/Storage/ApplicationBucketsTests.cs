using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>The applications' buckets: who sees a row sees its file. Owner, holder of a link, stranger, nobody and the application's admin try.</summary>
public sealed class ApplicationBucketsTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private const string Lander = "spike_land";
    private const string Previews = "appforge-previews";

    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_picture_is_seen_by_whoever_sees_its_row()
    {
        var (owner, folder) = await LanderAsync();
        var (other, otherFolder) = await LanderAsync();
        var (admin, _) = await LanderAsync(isAdmin: true);
        var name = $"{folder}/harbour.png";

        // Into one's own folder, pictures and tracks only.
        foreach (var (who, at, type, outcome) in new[]
        {
            (other.Http, name, "image/png", "AccessDenied 403"), (admin.Http, name, "image/png", "AccessDenied 403"), (_platform.Anonymous, name, "image/png", "AccessDenied 403"),
            (owner.Http, "harbour.png", "image/png", "AccessDenied 403"), (owner.Http, $"{folder}/page.html", "text/html", "InvalidMimeType 415"),
            (owner.Http, $"{folder}/vector.svg", "image/svg+xml", "InvalidMimeType 415"), (owner.Http, name, "image/png", "200"),
        })
            Assert.Equal(outcome, await who.UploadAsync(Lander, at, Pictures.Halves(40, 30), type: type).OutcomeAsync());

        // Without a row it is its uploader's alone; with one still, until it is shown.
        await SeenAsync(name, (owner.Http, true), (other.Http, false), (admin.Http, false), (_platform.Anonymous, false));
        var image = await SendAsync(owner.Http, "POST", "/rest/v1/enhanced_images", new
        {
            name = "Harbour", original_url = "https://img.example/harbour.png", original_r2_key = name, original_width = 40, original_height = 30, original_size_bytes = 100, original_format = "png",
        });
        var id = image.Json[0].GetProperty("id").GetString();
        await SeenAsync(name, (owner.Http, true), (other.Http, false), (admin.Http, false), (_platform.Anonymous, false));

        // Whoever holds the link's token, and nobody with a piece of it.
        var token = (await SendAsync(owner.Http, "POST", "/rest/v1/rpc/share_image", new { image_id = id })).Json.GetString()!;
        Assert.Equal("200", await Get(_platform.Anonymous, name, ("x-share-token", token)));
        Assert.Equal("200", await Get(other.Http, name, ("x-share-token", token)));
        Assert.Equal("NoSuchKey 404", await Get(_platform.Anonymous, name, ("x-share-token", token[..^1])));
        var signed = await _platform.Anonymous.SendAsync("POST", $"/storage/v1/object/sign/{Lander}/{name}", new { expiresIn = 60 }, ("x-share-token", token));
        Assert.Equal(200, (await _platform.Client(null).SendAsync("GET", $"/storage/v1{signed["signedURL"]}")).Status);

        await SendAsync(owner.Http, "PATCH", $"/rest/v1/enhanced_images?id=eq.{id}", new { is_public = true });
        await SeenAsync(name, (owner.Http, true), (other.Http, true), (admin.Http, true), (_platform.Anonymous, true));

        // Seen is not written: not replaced, not moved, not removed, not listed into another's folder.
        foreach (var who in new[] { other.Http, admin.Http, _platform.Anonymous })
        {
            Assert.Equal("AccessDenied 403", await who.UploadAsync(Lander, name, Pictures.Halves(4, 3), upsert: true, type: "image/png").OutcomeAsync());
            Assert.NotEqual("200", (await who.SendAsync("POST", "/storage/v1/object/move", new { bucketId = Lander, sourceKey = name, destinationKey = $"{otherFolder}/stolen.png" })).Outcome());
            Assert.NotEqual("200", (await who.SendAsync("DELETE", $"/storage/v1/object/{Lander}/{name}")).Outcome());
        }
        Assert.Equal("AccessDenied 403", await owner.Http.UploadAsync(Lander, $"{otherFolder}/gift.png", Pictures.Halves(4, 3), type: "image/png").OutcomeAsync());

        // What the row shows stays as long as the row; then it goes.
        Assert.Equal("InvalidRequest 409", (await owner.Http.SendAsync("DELETE", $"/storage/v1/object/{Lander}/{name}")).Outcome());
        Assert.Equal("InvalidRequest 409", (await owner.Http.SendAsync("POST", "/storage/v1/object/move", new { bucketId = Lander, sourceKey = name, destinationKey = $"{folder}/b.png" })).Outcome());
        Assert.Equal("200", await owner.Http.UploadAsync(Lander, name, Pictures.Halves(60, 30), upsert: true, type: "image/png").OutcomeAsync());
        await SendAsync(owner.Http, "DELETE", $"/rest/v1/enhanced_images?id=eq.{id}");
        await _platform.Database.ExecuteAsync("select hedgerow.run_upkeep('spike_land.remove-objects')");
        Assert.Equal("NoSuchKey 404", await Get(owner.Http, name));
    }

    [Fact]
    public async Task A_track_is_nobody_elses_and_stays_as_long_as_its_mix_needs_it()
    {
        var (owner, folder) = await LanderAsync();
        var (other, _) = await LanderAsync();
        var (admin, _) = await LanderAsync(isAdmin: true);
        var name = $"{folder}/drums.wav";
        Assert.Equal("200", await owner.Http.UploadAsync(Lander, name, new byte[100], type: "audio/wav").OutcomeAsync());
        Assert.Equal("200", await owner.Http.UploadAsync(Lander, $"{folder}/draft.wav", new byte[100], type: "audio/wav").OutcomeAsync());
        var mix = (await SendAsync(owner.Http, "POST", "/rest/v1/audio_mixer_projects", new { name = "Mix" })).Json[0].GetProperty("id").GetString();
        await SendAsync(owner.Http, "POST", "/rest/v1/audio_tracks", new { project_id = mix, name = "Drums", file_r2_key = name, file_format = "wav", duration = 1, file_size_bytes = 100 });
        await SeenAsync(name, (owner.Http, true), (other.Http, false), (admin.Http, false), (_platform.Anonymous, false));
        Assert.Equal("InvalidRequest 409", (await owner.Http.SendAsync("DELETE", $"/storage/v1/object/{Lander}/{name}")).Outcome());
        Assert.Equal("200", (await owner.Http.SendAsync("DELETE", $"/storage/v1/object/{Lander}/{folder}/draft.wav")).Outcome());
    }

    [Fact]
    public async Task A_preview_is_seen_by_whoever_sees_its_template()
    {
        var (creator, other, buyer) = (await _platform.SignUpAsync(), await _platform.SignUpAsync(), await _platform.SignUpAsync());
        var template = (await SendAsync(creator.Http, "POST", "/rest/v1/templates", new { name = "Shop" }, "appforge")).Json[0].GetProperty("id").GetString();
        var name = $"{template}/front.png";
        foreach (var (who, at, outcome) in new[]
        {
            (other.Http, name, "AccessDenied 403"), (_platform.Anonymous, name, "AccessDenied 403"), (creator.Http, "front.png", "AccessDenied 403"),
            (creator.Http, "no-template/front.png", "AccessDenied 403"), (creator.Http, name, "200"),
        })
            Assert.Equal(outcome, await who.UploadAsync(Previews, at, Pictures.Halves(40, 30), type: "image/png").OutcomeAsync());

        async Task See(params (HttpClient Who, bool Sees)[] expected)
        {
            foreach (var (who, sees) in expected) Assert.Equal(sees ? "200" : "NoSuchKey 404", await who.DownloadAsync(Previews, name).OutcomeAsync());
        }
        await See((creator.Http, true), (other.Http, false), (_platform.Anonymous, false));
        await _platform.Database.ExecuteAsync("update appforge.templates set status = 'published' where id = $1", template);
        await See((creator.Http, true), (other.Http, true), (_platform.Anonymous, true));
        // Archived, it stays its buyers' to see.
        await _platform.Database.ExecuteAsync(
            "insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout, payment_status) select b.id, t.id, t.creator_id, 0, 0, 0, 'completed' from appforge.users as b, appforge.templates as t where b.auth_id = $1 and t.id = $2",
            buyer.Id, template);
        await _platform.Database.ExecuteAsync("update appforge.templates set status = 'archived' where id = $1", template);
        await See((creator.Http, true), (buyer.Http, true), (other.Http, false), (_platform.Anonymous, false));

        foreach (var who in new[] { buyer.Http, other.Http, _platform.Anonymous })
        {
            Assert.Equal("AccessDenied 403", await who.UploadAsync(Previews, name, Pictures.Halves(4, 3), upsert: true, type: "image/png").OutcomeAsync());
            Assert.Equal("NoSuchKey 404", (await who.SendAsync("DELETE", $"/storage/v1/object/{Previews}/{name}")).Outcome());
        }
        Assert.Equal("200", await creator.Http.UploadAsync(Previews, $"{template}/back.png", Pictures.Halves(4, 3), type: "image/png").OutcomeAsync());
        Assert.Equal("200", (await creator.Http.SendAsync("DELETE", $"/storage/v1/object/{Previews}/{template}/back.png")).Outcome());

        await _platform.Database.ExecuteAsync("delete from appforge.commissions as c using appforge.marketplace_purchases as p where p.id = c.purchase_id and p.template_id = $1", template);
        await _platform.Database.ExecuteAsync("delete from appforge.marketplace_purchases where template_id = $1", template);
        await SendAsync(creator.Http, "DELETE", $"/rest/v1/templates?id=eq.{template}", null, "appforge");
        Assert.Equal("NoSuchKey 404", await _platform.Service.DownloadAsync(Previews, name).OutcomeAsync());
    }

    private static async Task SeenAsync(string name, params (HttpClient Who, bool Sees)[] expected)
    {
        foreach (var (who, sees) in expected)
        {
            Assert.Equal(sees ? "200" : "NoSuchKey 404", await Get(who, name));
            var list = await who.SendAsync("POST", $"/storage/v1/object/list/{Lander}", new { prefix = name[..name.IndexOf('/', StringComparison.Ordinal)] });
            Assert.Equal(sees, list.Json.EnumerateArray().Any(entry => name.EndsWith(entry.GetProperty("name").GetString()!, StringComparison.Ordinal)));
        }
    }

    private static Task<string> Get(HttpClient client, string name, params (string Name, string Value)[] headers) => client.DownloadAsync(Lander, name, headers).OutcomeAsync();

    private static async Task<Answer> SendAsync(HttpClient client, string method, string path, object? body = null, string schema = "spike_land")
    {
        var answer = await client.SendAsync(method, path, body, ("Prefer", "return=representation"), ("Accept-Profile", schema), ("Content-Profile", schema));
        Assert.True(answer.Status < 300, answer.Json.ToString());
        return answer;
    }

    /// <summary>Somebody with their id in Spike Land.</summary>
    private async Task<(TestUser Person, string Folder)> LanderAsync(bool isAdmin = false)
    {
        var person = await _platform.SignUpAsync();
        if (isAdmin) await _platform.Database.ExecuteAsync("update spike_land.users set role = 'ADMIN' where auth_id = $1", person.Id);
        return (person, (await _platform.Database.ScalarAsync<string>("select id from spike_land.users where auth_id = $1", person.Id))!);
    }
}
