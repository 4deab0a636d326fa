using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class AudioTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Add = "insert into spike_land.audio_tracks (project_id, name, file_r2_key, file_format, duration, file_size_bytes) values ($1, $2, $3, 'wav', 12.5, 1000) returning id";

    [Fact]
    public async Task SL_20_Tracks_are_ordered_as_they_come_also_fifty_at_once_and_as_one_says()
    {
        var (owner, id) = await fixture.LanderAsync();
        var mix = await owner.ScalarAsync<string>("insert into spike_land.audio_mixer_projects (name) values ('Song') returning id");
        await ApplicationFixture.FiftyAsync("none", n => owner.ExecuteAsync(Add, mix, $"Track {n}", $"{id}/{n}.wav"));
        Assert.Equal("50 1 50", await owner.ScalarAsync<string>("select concat_ws(' ', count(distinct sort_order), min(sort_order), max(sort_order)) from spike_land.audio_tracks where project_id = $1", mix));
        Assert.Equal("Track 7", await owner.ScalarAsync<string>(
            "select r.name from spike_land.reorder_tracks($1, (select array_agg(t.id order by t.name = 'Track 7' desc, t.sort_order) from spike_land.audio_tracks as t where t.project_id = $1)) as r limit 1", mix));
        await owner.RefusedAsync("PT400", "select spike_land.reorder_tracks($1, '{}')", mix);
        await owner.RefusedAsync("42501", "update spike_land.audio_tracks set sort_order = 0 where project_id = $1", mix);
    }

    [Fact]
    public async Task SL_20_Fifty_orders_of_the_same_tracks_at_once_leave_one_of_them()
    {
        var (owner, id) = await fixture.LanderAsync();
        var mix = await owner.ScalarAsync<string>("insert into spike_land.audio_mixer_projects (name) values ('Song') returning id");
        for (var n = 0; n < 20; n++) await owner.ExecuteAsync(Add, mix, $"Track {n}", $"{id}/{n}.wav");
        var tracks = (await owner.ScalarAsync<string[]>("select array_agg(id) from spike_land.audio_tracks where project_id = $1", mix))!;
        await ApplicationFixture.FiftyAsync("none", n => owner.ExecuteAsync("select spike_land.reorder_tracks($1, $2)", mix, tracks.Order().Select((track, at) => (track, (at * 7 + n) % 20)).OrderBy(x => x.Item2).Select(x => x.track).ToArray()));
        Assert.Equal("20 1 20", await owner.ScalarAsync<string>("select concat_ws(' ', count(distinct sort_order), min(sort_order), max(sort_order)) from spike_land.audio_tracks where project_id = $1", mix));
    }

    [Fact]
    public async Task SL_20_A_mix_is_its_owner_s_and_its_files_lie_in_their_folder()
    {
        var (owner, ownerId) = await fixture.LanderAsync();
        var (other, otherId) = await fixture.LanderAsync();
        var mix = await owner.ScalarAsync<string>("insert into spike_land.audio_mixer_projects (name) values ('Song') returning id");
        await other.RefusedAsync("42501", Add, mix, "Forged", $"{otherId}/forged.wav");
        await owner.RefusedAsync("42501", Add, mix, "Stolen", $"{otherId}/drums.wav");
        await owner.RefusedAsync("23514", Add, mix, "Nowhere", null); // R2 has a key
        await owner.ExecuteAsync(Add, mix, "Drums", $"{ownerId}/drums.wav");
        Assert.Equal(0L, await other.ScalarAsync<long>("select (select count(*) from spike_land.audio_mixer_projects) + (select count(*) from spike_land.audio_tracks)"));
        await owner.ExecuteAsync("delete from spike_land.audio_mixer_projects where id = $1", mix);
        Assert.True(await fixture.SeenAsync<bool>("select exists (select from spike_land_private.object_removals where object_key = $1)", $"{ownerId}/drums.wav"));
    }
}
