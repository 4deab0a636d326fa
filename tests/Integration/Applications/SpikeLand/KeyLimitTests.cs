using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class KeyLimitTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_16_Of_fifty_keys_made_at_once_twenty_are()
    {
        var (person, id) = await fixture.LanderAsync();
        Assert.Equal(30, await ApplicationFixture.FiftyAsync("PT409", n => person.ExecuteAsync("select spike_land.create_api_key($1)", $"Key {n}")));
        Assert.Equal(20L, await fixture.SeenAsync<long>("select count(*) from spike_land.api_keys where user_id = $1", id));
    }
}
