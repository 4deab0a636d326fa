using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

/// <summary>SL-10: what becomes of stored objects whose rows are gone. The whole queue is worked off each time, so these tests have a database of their own.</summary>
public sealed class ObjectRemovalTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Work = "select hedgerow.run_upkeep('spike_land.remove-objects')";

    [Fact]
    public async Task SL_10_Deleting_an_image_removes_its_object_and_nobody_else_s()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (image, key) = await StoredImageAsync(owner);
        var (_, kept) = await StoredImageAsync(owner);
        await owner.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        Assert.True(await StoredAsync(key));
        await fixture.Service.ExecuteAsync(Work);
        Assert.False(await StoredAsync(key));
        Assert.True(await StoredAsync(kept));
        Assert.Equal("0", await fixture.Service.ScalarAsync<string>(Work));
    }

    [Fact]
    public async Task SL_10_Two_workers_at_once_remove_each_object_once()
    {
        var (owner, id) = await fixture.LanderAsync();
        for (var n = 0; n < 20; n++) await StoredImageAsync(owner);
        await owner.ExecuteAsync("delete from spike_land.enhanced_images");
        var done = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.Service.ScalarAsync<string>(Work)));
        Assert.True(done.Sum(int.Parse!) >= 20);
        Assert.Equal(0L, await fixture.SeenAsync<long>("select count(*) from storage.objects where bucket_id = 'spike_land' and name like $1 || '/%'", id));
        Assert.Equal(20L, await fixture.SeenAsync<long>("select count(*) from spike_land_private.object_removals where object_key like $1 || '/%' and removed_at is not null", id));
    }

    [Fact]
    public async Task SL_10_A_worker_that_dies_has_done_nothing_and_the_next_does_all()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (image, key) = await StoredImageAsync(owner);
        await owner.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        await using (var dying = await fixture.Database.OpenAsync("service_role")) await dying.ExecuteAsync(Work); // and is rolled back
        Assert.True(await StoredAsync(key));
        await fixture.Service.ExecuteAsync(Work);
        Assert.False(await StoredAsync(key));
    }

    [Fact]
    public async Task SL_10_What_was_uploaded_to_the_same_place_since_stays()
    {
        var (owner, _) = await fixture.LanderAsync();
        var (image, key) = await StoredImageAsync(owner);
        await owner.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        await fixture.Operator.ExecuteAsync("delete from storage.objects where bucket_id = 'spike_land' and name = $1", key);
        await StoreAsync(key);
        await fixture.Service.ExecuteAsync(Work);
        Assert.True(await StoredAsync(key));
    }

    [Fact]
    public async Task SL_10_What_a_cart_or_a_generation_still_shows_stays()
    {
        var (person, id) = await fixture.LanderAsync();
        var (image, key) = await StoredImageAsync(person);
        await person.ExecuteAsync("insert into spike_land.merch_carts (user_id) values ($1)", id);
        await person.ExecuteAsync(
            "insert into spike_land.merch_cart_items (cart_id, product_id, uploaded_image_r2_key, uploaded_image_url) select c.id, p.id, $1, 'https://img.example/harbour.jpg' from spike_land.merch_carts as c, spike_land.merch_products as p where p.name = 'Mug'", key);
        await person.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        await fixture.Service.ExecuteAsync(Work);
        Assert.True(await StoredAsync(key));
        await person.ExecuteAsync("delete from spike_land.merch_cart_items");
        await fixture.Service.ExecuteAsync(Work);
        Assert.False(await StoredAsync(key));
    }

    [Fact]
    public async Task SL_10_SL_11_SL_16_SL_17_SL_20_Whatever_row_pointed_at_an_object_takes_it_along()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 20);
        var (image, _) = await StoredImageAsync(person);
        await fixture.CompleteAsync(await person.JobAsync(image));
        await person.ExecuteAsync("insert into spike_land.mcp_generation_jobs (type, prompt, input_image_r2_key) values ('MODIFY', 'Brighter', $1)", $"{id}/before.jpg");
        await fixture.Service.ExecuteAsync("update spike_land.mcp_generation_jobs set status = 'PROCESSING' where user_id = $1", id);
        await fixture.Service.ExecuteAsync("update spike_land.mcp_generation_jobs set status = 'COMPLETED', output_image_url = 'https://img.example/after.jpg', output_image_r2_key = $2 where user_id = $1", id, $"{id}/after.jpg");
        var mix = await person.ScalarAsync<string>("insert into spike_land.audio_mixer_projects (name) values ('Song') returning id");
        await person.ExecuteAsync("insert into spike_land.audio_tracks (project_id, name, file_r2_key, file_format, duration, file_size_bytes) values ($1, 'Drums', $2, 'wav', 12.5, 1000)", mix, $"{id}/drums.wav");
        await person.ExecuteAsync("insert into spike_land.merch_carts (user_id) values ($1)", id);
        await person.ExecuteAsync(
            "insert into spike_land.merch_cart_items (cart_id, product_id, uploaded_image_r2_key, uploaded_image_url) select c.id, p.id, $1, 'https://img.example/mug.jpg' from spike_land.merch_carts as c, spike_land.merch_products as p where p.name = 'Mug'", $"{id}/mug.jpg");
        var result = await fixture.SeenAsync<string>("select enhanced_r2_key from spike_land.image_enhancement_jobs where user_id = $1", id);
        string[] keys = [result!, .. new[] { "before.jpg", "after.jpg", "drums.wav", "mug.jpg" }.Select(name => $"{id}/{name}")];
        foreach (var key in keys) await StoreAsync(key);

        await fixture.Service.ExecuteAsync(Work);
        foreach (var key in keys) Assert.True(await StoredAsync(key), key);
        await fixture.Service.ExecuteAsync("delete from spike_land.image_enhancement_jobs where user_id = $1", id);
        await fixture.Service.ExecuteAsync("delete from spike_land.mcp_generation_jobs where user_id = $1", id);
        await person.ExecuteAsync("delete from spike_land.audio_mixer_projects where id = $1", mix);
        await person.ExecuteAsync("delete from spike_land.merch_cart_items");
        await fixture.Service.ExecuteAsync(Work);
        foreach (var key in keys) Assert.False(await StoredAsync(key), key);
    }

    [Fact]
    public async Task SL_10_No_client_removes_objects_of_others()
    {
        var (owner, _) = await fixture.LanderAsync();
        foreach (var client in new[] { fixture.Anyone, owner })
            await client.RefusedAsync("42501", "select spike_land_private.remove_objects()");
    }

    private async Task<(string Image, string Key)> StoredImageAsync(Person owner)
    {
        var image = await fixture.ImageAsync(owner, 3000);
        var key = (await owner.ScalarAsync<string>("select original_r2_key from spike_land.enhanced_images where id = $1", image))!;
        await StoreAsync(key);
        return (image, key);
    }

    private async Task StoreAsync(string key)
    {
        await fixture.Operator.ExecuteAsync("insert into storage.buckets (id, name) values ('spike_land', 'spike_land') on conflict do nothing");
        await fixture.Operator.ExecuteAsync("insert into storage.objects (bucket_id, name) values ('spike_land', $1)", key);
    }

    private Task<bool> StoredAsync(string key) =>
        fixture.SeenAsync<bool>("select exists (select from storage.objects where bucket_id = 'spike_land' and name = $1)", key);
}
