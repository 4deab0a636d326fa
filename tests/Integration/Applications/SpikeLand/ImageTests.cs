using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class ImageTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Sees = "select count(*) from spike_land.enhanced_images where id = $1";

    [Fact]
    public async Task SL_10_An_image_is_its_owner_s_until_it_is_public()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (other, _) = await fixture.LanderAsync();
        var image = await fixture.ImageAsync(owner);
        Assert.Equal((1L, 0L, 0L), (await owner.ScalarAsync<long>(Sees, image), await other.ScalarAsync<long>(Sees, image), await fixture.Anyone.ScalarAsync<long>(Sees, image)));
        Assert.Equal(0, await other.ExecuteAsync("update spike_land.enhanced_images set is_public = true where id = $1", image));
        await owner.ExecuteAsync("update spike_land.enhanced_images set is_public = true where id = $1", image);
        Assert.Equal((1L, 1L), (await other.ScalarAsync<long>(Sees, image), await fixture.Anyone.ScalarAsync<long>(Sees, image)));
    }

    [Fact]
    public async Task SL_10_Whoever_holds_the_token_reads_the_image_and_no_list_shows_the_token()
    {
        var (owner, _) = await fixture.LanderAsync();
        var image = await fixture.ImageAsync(owner);
        var token = (await owner.ScalarAsync<string>("select spike_land.share_image($1)", image))!;
        Assert.True(token.Length >= 32);
        Assert.Equal(1L, await fixture.Anyone.Sending("x-share-token", token).ScalarAsync<long>(Sees, image));
        var (other, _) = await fixture.LanderAsync();
        Assert.Equal(1L, await other.Sending("x-share-token", token).ScalarAsync<long>(Sees, image));
        Assert.Equal(0L, await owner.ScalarAsync<long>("select count(*) from spike_land.enhanced_images as i where to_jsonb(i)::text like '%' || $1 || '%'", token));
        // Neither a piece of it nor what is stored of it opens anything.
        var stored = await owner.ScalarAsync<string>("select share_token from spike_land.enhanced_images where id = $1", image);
        foreach (var wrong in new[] { stored!, token[..^1], token + "x", "" })
            Assert.Equal(0L, await fixture.Anyone.Sending("x-share-token", wrong).ScalarAsync<long>(Sees, image));

        await owner.ExecuteAsync("select spike_land.unshare_image($1)", image);
        Assert.Equal(0L, await fixture.Anyone.Sending("x-share-token", token).ScalarAsync<long>(Sees, image));
        await other.RefusedAsync("PT404", "select spike_land.share_image($1)", image);
        await owner.RefusedAsync("42501", "update spike_land.enhanced_images set share_token = 'guess me' where id = $1", image);
    }

    [Fact]
    public async Task SL_10_Fifty_views_at_once_are_counted_and_the_owner_s_are_not()
    {
        var (owner, _) = await fixture.LanderAsync();
        var image = await fixture.ImageAsync(owner, isPublic: true);
        await ApplicationFixture.FiftyAsync("none", _ => fixture.Anyone.ExecuteAsync("select spike_land.view_image($1)", image));
        await owner.ExecuteAsync("select spike_land.view_image($1)", image);
        Assert.Equal(50, await owner.ScalarAsync<int>("select view_count from spike_land.enhanced_images where id = $1", image));
        await owner.RefusedAsync("42501", "update spike_land.enhanced_images set view_count = 1000000 where id = $1", image);
        var hidden = await fixture.ImageAsync(owner);
        await fixture.Anyone.RefusedAsync("PT404", "select spike_land.view_image($1)", hidden);
    }

    [Fact]
    public async Task SL_10_Deleting_an_image_queues_its_files_for_removal_each_for_one_worker()
    {
        var (owner, id) = await fixture.LanderAsync(tokens: 2);
        var image = await fixture.ImageAsync(owner);
        await fixture.CompleteAsync(await owner.JobAsync(image));
        await owner.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        const string mine = "select count(*) from spike_land_private.object_removals where object_key like $1 || '/%' and ";
        Assert.Equal(2L, await fixture.SeenAsync<long>(mine + "removed_at is null", id));

        const string claim = "with c as materialized (select * from spike_land_private.claim_removals(1000, '2030-01-01')) select count(*) from c where object_key like $1 || '/%'";
        var claimed = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.Service.ScalarAsync<long>(claim, id)));
        Assert.Equal(2L, claimed.Sum());
        await fixture.Service.ExecuteAsync(
            "select spike_land_private.finish_removals((select array_agg(c.id) from spike_land_private.claim_removals(1000, '2030-01-02') as c))");
        Assert.Equal(2L, await fixture.SeenAsync<long>(mine + "removed_at is not null", id));
    }

    [Fact]
    public async Task SL_10_A_file_in_another_s_folder_is_refused()
    {
        var (owner, ownerId) = await fixture.LanderAsync();
        var (other, otherId) = await fixture.LanderAsync();
        const string add = "insert into spike_land.enhanced_images (name, original_url, original_r2_key, original_width, original_height, original_size_bytes, original_format) values ('Forged', 'a', $1, 1, 1, 1, 'jpeg')";
        await other.RefusedAsync("42501", add, $"{ownerId}/harbour.jpg");
        await other.RefusedAsync("42501", add, "harbour.jpg");
        await other.ExecuteAsync(add, $"{otherId}/harbour.jpg");
        await other.RefusedAsync("23505", add, $"{otherId}/harbour.jpg");
        Assert.NotEqual(owner.Id, other.Id);
    }

    [Fact]
    public async Task SL_12_An_album_s_privacy_says_who_sees_it_and_its_images()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (album, image) = await AlbumAsync(owner);
        const string sees = "select (select count(*) from spike_land.albums where id = $1) + (select count(*) from spike_land.album_images where album_id = $1) + (select count(*) from spike_land.enhanced_images where id = $2)";
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>(sees, album, image));

        var token = await owner.ScalarAsync<string>("select spike_land.share_album($1)", album);
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>(sees, album, image));
        Assert.Equal(3L, await fixture.Anyone.Sending("x-share-token", token!).ScalarAsync<long>(sees, album, image));

        await owner.ExecuteAsync("update spike_land.albums set privacy = 'PUBLIC' where id = $1", album);
        Assert.Equal(3L, await fixture.Anyone.ScalarAsync<long>(sees, album, image));
        await owner.ExecuteAsync("update spike_land.albums set privacy = 'PRIVATE' where id = $1", album);
        Assert.Equal(0L, await fixture.Anyone.Sending("x-share-token", token!).ScalarAsync<long>(sees, album, image));
        Assert.Equal(3L, await owner.ScalarAsync<long>(sees, album, image));
        await owner.RefusedAsync("PT409", "update spike_land.albums set privacy = 'UNLISTED' where id = $1", album); // comes with a link
    }

    [Fact]
    public async Task SL_12_An_image_is_once_in_an_album_which_has_an_order_and_a_cover_of_its_own()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (album, first) = await AlbumAsync(owner);
        const string add = "insert into spike_land.album_images (album_id, image_id) values ($1, $2)";
        await owner.RefusedAsync("23505", add, album, first);
        var second = await fixture.ImageAsync(owner);
        await owner.RefusedAsync("23503", "update spike_land.albums set cover_image_id = $2 where id = $1", album, second);
        await owner.ExecuteAsync(add, album, second);
        await owner.ExecuteAsync("select spike_land.reorder_album($1, array[$2, $3])", album, second, first);
        Assert.Equal(second, await owner.ScalarAsync<string>("select image_id from spike_land.album_images where album_id = $1 order by sort_order limit 1", album));
        await owner.RefusedAsync("PT400", "select spike_land.reorder_album($1, array[$2])", album, second);

        await owner.ExecuteAsync("update spike_land.albums set cover_image_id = $2 where id = $1", album, second);
        Assert.Equal("https://img.example/harbour.jpg 2 TIER_1K", await owner.ScalarAsync<string>("select concat_ws(' ', cover_url, image_count, default_tier) from spike_land.album_overview where id = $1", album));
        await owner.ExecuteAsync("delete from spike_land.album_images where image_id = $1", second);
        Assert.True(await owner.ScalarAsync<bool>("select cover_image_id is null from spike_land.albums where id = $1", album));
    }

    [Fact]
    public async Task SL_12_An_image_that_enters_a_public_album_is_shown_with_it_and_leaves_with_it()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (album, _) = await AlbumAsync(owner);
        await owner.ExecuteAsync("update spike_land.albums set privacy = 'PUBLIC' where id = $1", album);
        var late = await fixture.ImageAsync(owner);
        const string seen = "select count(*) from spike_land.enhanced_images where id = $1";
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>(seen, late));
        await owner.ExecuteAsync("insert into spike_land.album_images (album_id, image_id) values ($1, $2)", album, late);
        Assert.Equal(1L, await fixture.Anyone.ScalarAsync<long>(seen, late));
        await owner.ExecuteAsync("delete from spike_land.album_images where image_id = $1", late);
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>(seen, late));
    }

    [Fact]
    public async Task SL_12_What_enters_an_album_waits_for_its_privacy_to_be_decided()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (album, _) = await AlbumAsync(owner);
        var late = await fixture.ImageAsync(owner);
        await using var deciding = await fixture.Database.OpenAsUserAsync(owner.Id);
        await deciding.ExecuteAsync("update spike_land.albums set privacy = 'PUBLIC' where id = $1", album);
        await using var entering = await fixture.Database.OpenAsUserAsync(owner.Id);
        await entering.ExecuteAsync("set local lock_timeout = '100ms'");
        Assert.Equal("55P03", await entering.RefusalAsync("insert into spike_land.album_images (album_id, image_id) values ($1, $2)", album, late));
    }

    [Fact]
    public async Task SL_12_Fifty_orders_of_an_album_at_once_leave_one_of_them()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (album, _) = await AlbumAsync(owner);
        for (var n = 0; n < 9; n++) await owner.ExecuteAsync("insert into spike_land.album_images (album_id, image_id) values ($1, $2)", album, await fixture.ImageAsync(owner));
        var images = (await owner.ScalarAsync<string[]>("select array_agg(image_id order by image_id) from spike_land.album_images where album_id = $1", album))!;
        await ApplicationFixture.FiftyAsync("none", n => owner.ExecuteAsync("select spike_land.reorder_album($1, $2)", album, images.Skip(n % 10).Concat(images.Take(n % 10)).ToArray()));
        Assert.Equal(10L, await owner.ScalarAsync<long>("select count(distinct sort_order) from spike_land.album_images where album_id = $1", album));
    }

    [Fact]
    public async Task SL_12_An_order_waits_for_an_image_that_comes_in_and_has_to_name_it()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (album, first) = await AlbumAsync(owner);
        var second = await fixture.ImageAsync(owner);
        await fixture.WhileAsync(owner, "insert into spike_land.album_images (album_id, image_id) values ($1, $2)", [album, second],
            () => owner.RefusedAsync("PT400", "select spike_land.reorder_album($1, array[$2])", album, first));
        await owner.ExecuteAsync("select spike_land.reorder_album($1, array[$2, $3])", album, second, first);
    }

    [Fact]
    public async Task SL_12_Only_one_s_own_images_go_into_one_s_own_albums()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (other, _) = await fixture.LanderAsync();
        var (album, image) = await AlbumAsync(owner);
        var (others, _) = await AlbumAsync(other);
        const string add = "insert into spike_land.album_images (album_id, image_id) values ($1, $2)";
        await other.RefusedAsync("42501", add, others, image); // would show it to everybody, once the album is public
        await other.RefusedAsync("42501", add, album, await fixture.ImageAsync(other));
    }

    [Fact]
    public async Task SL_13_System_pipelines_are_everybody_s_own_ones_private_or_shared_by_link()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (other, _) = await fixture.LanderAsync();
        Assert.Equal(2L, await fixture.Anyone.ScalarAsync<long>("select count(*) from spike_land.enhancement_pipelines where user_id is null"));
        var pipeline = await owner.ScalarAsync<string>("insert into spike_land.enhancement_pipelines (name, prompt_config) values ('Dusk', '{\"mood\": \"warm\"}') returning id");
        const string sees = "select count(*) from spike_land.enhancement_pipelines where id = $1";
        Assert.Equal(0L, await other.ScalarAsync<long>(sees, pipeline));
        var token = await owner.ScalarAsync<string>("select spike_land.share_pipeline($1)", pipeline);
        Assert.Equal(0L, await other.ScalarAsync<long>(sees, pipeline));
        Assert.Equal(1L, await other.Sending("x-share-token", token!).ScalarAsync<long>(sees, pipeline));
        Assert.Equal(0, await other.Sending("x-share-token", token!).ExecuteAsync("update spike_land.enhancement_pipelines set name = 'Mine' where id = $1", pipeline));
        Assert.Equal(0, await other.ExecuteAsync("delete from spike_land.enhancement_pipelines where user_id is null"));
        await owner.RefusedAsync("PT409", "insert into spike_land.enhancement_pipelines (name, visibility) values ('Dawn', 'LINK')");
    }

    [Fact]
    public async Task SL_13_Fifty_uses_at_once_are_counted_and_a_pipeline_that_one_cannot_see_is_refused()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (other, _) = await fixture.LanderAsync();
        var pipeline = await owner.ScalarAsync<string>("insert into spike_land.enhancement_pipelines (name) values ('Dusk') returning id");
        var (image, foreign) = (await fixture.ImageAsync(owner), await fixture.ImageAsync(other));
        const string use = "insert into spike_land.image_enhancement_jobs (image_id, tier, pipeline_id) values ($1, 'FREE', $2)";
        await other.RefusedAsync("42501", use, foreign, pipeline);
        await ApplicationFixture.FiftyAsync("none", _ => owner.ExecuteAsync(use, image, pipeline));
        Assert.Equal(50, await owner.ScalarAsync<int>("select usage_count from spike_land.enhancement_pipelines where id = $1", pipeline));
        await owner.RefusedAsync("42501", "update spike_land.enhancement_pipelines set usage_count = 1000 where id = $1", pipeline);
    }

    [Fact]
    public async Task SL_14_Admins_curate_the_gallery_and_everybody_sees_what_is_active_in_order()
    {
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        var (person, _) = await fixture.LanderAsync();
        const string add = "insert into spike_land.featured_gallery_items (title, category, original_url, enhanced_url, sort_order, is_active, source_image_id) values ($1, 'LANDSCAPE', 'a', 'b', $2, $3, $4)";
        await person.RefusedAsync("42501", add, "Mine", 0, true, null);
        await admin.ExecuteAsync(add, "Second", 2, true, null);
        await admin.ExecuteAsync(add, "First", 1, true, await fixture.ImageAsync(person, isPublic: true));
        await admin.ExecuteAsync(add, "Hidden", 0, false, null);
        await admin.RefusedAsync("42501", add, "Private", 0, true, await fixture.ImageAsync(person));
        const string list = "select string_agg(title, ' ' order by sort_order) from spike_land.featured_gallery_items where is_active in (true, false)";
        Assert.Equal("First Second", await fixture.Anyone.ScalarAsync<string>(list));
        Assert.Equal("Hidden First Second", await admin.ScalarAsync<string>(list));
    }

    private async Task<(string Album, string Image)> AlbumAsync(Person owner)
    {
        var image = await fixture.ImageAsync(owner);
        var album = await owner.ScalarAsync<string>("insert into spike_land.albums (name) values ('Holidays') returning id");
        await owner.ExecuteAsync("insert into spike_land.album_images (album_id, image_id) values ($1, $2)", album, image);
        return (album!, image);
    }
}
