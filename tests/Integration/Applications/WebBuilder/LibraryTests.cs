using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.WebBuilder;

public sealed class LibraryTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Save =
        "insert into web_builder.component_library (name, component_type, code, tags, is_public, is_marketplace_item, price) values ('Pricing table', 'pricing', '<table>', '{saas}', $1, $2, $3) returning id";
    private const string Counts = "select concat_ws(' ', downloads, likes) from web_builder.component_library where id = $1";

    [Fact]
    public async Task WB_08_A_component_is_private_unless_it_is_public_or_offered()
    {
        var (creator, stranger) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var hidden = await creator.ScalarAsync<Guid>(Save, false, false, 0m);
        var shown = await creator.ScalarAsync<Guid>(Save, true, false, 0m);
        var sold = await creator.ScalarAsync<Guid>(Save, false, true, 9.99m);
        Guid[] all = [hidden, shown, sold];
        foreach (var reader in new[] { stranger, fixture.Anyone })
            Assert.Equal([shown], (await reader.ScalarAsync<Guid[]>("select array_agg(id) from web_builder.component_library where id = any ($1)", all))!);
        Assert.Equal([sold], (await fixture.Anyone.ScalarAsync<Guid[]>("select array_agg(id) from web_builder.marketplace where id = any ($1)", all))!);
        Assert.Equal(sold, await stranger.ScalarAsync<Guid>("select id from web_builder.marketplace where id = any ($1) and search_vector @@ to_tsquery('english', 'saas & table')", all));
        await stranger.RefusedAsync("PT404", "select web_builder.download_component($1)", hidden);
    }

    [Fact]
    public async Task WB_08_What_costs_is_downloaded_by_whoever_bought_it()
    {
        var (creator, buyer) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var sold = await creator.ScalarAsync<Guid>(Save, false, true, 9.99m);
        await buyer.RefusedAsync("PT402", "select web_builder.download_component($1)", sold);
        await buyer.RefusedAsync("42501", "insert into web_builder.component_purchases (component_id, user_id, amount) values ($1, $2, 0)", sold, buyer.Id);
        await fixture.Service.ExecuteAsync("insert into web_builder.component_purchases (component_id, user_id, amount) values ($1, $2, 9.99)", sold, buyer.Id);
        Assert.Equal("<table>", await buyer.ScalarAsync<string>("select code from web_builder.download_component($1)", sold));
        Assert.Equal("1 0", await creator.ScalarAsync<string>(Counts, sold));
        // One's own download counts for nothing.
        await creator.ExecuteAsync("select web_builder.download_component($1)", sold);
        Assert.Equal("1 0", await creator.ScalarAsync<string>(Counts, sold));
    }

    [Fact]
    public async Task C_05_WB_08_Fifty_downloads_and_likes_at_once_are_counted_exactly()
    {
        var creator = await fixture.SignUpAsync();
        var shown = await creator.ScalarAsync<Guid>(Save, true, false, 0m);
        var people = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.SignUpAsync()));
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => people[n].ExecuteAsync("select web_builder.download_component($1)", shown)));
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => people[n].ExecuteAsync("insert into web_builder.component_likes (component_id) values ($1)", shown)));
        Assert.Equal("50 50", await creator.ScalarAsync<string>(Counts, shown));
    }

    [Fact]
    public async Task WB_08_One_like_a_person_which_they_can_take_back()
    {
        var (creator, fan) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var shown = await creator.ScalarAsync<Guid>(Save, true, false, 0m);
        const string like = "insert into web_builder.component_likes (component_id) values ($1)";
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("23505", _ => fan.ExecuteAsync(like, shown)));
        Assert.Equal("0 1", await creator.ScalarAsync<string>(Counts, shown));
        await fan.ExecuteAsync("delete from web_builder.component_likes where component_id = $1", shown);
        Assert.Equal("0 0", await creator.ScalarAsync<string>(Counts, shown));
        await fan.RefusedAsync("42501", "insert into web_builder.component_likes (component_id, user_id) values ($1, $2)", shown, creator.Id);
        var hidden = await creator.ScalarAsync<Guid>(Save, false, false, 0m);
        await fan.RefusedAsync("42501", like, hidden);
        await creator.RefusedAsync("42501", "update web_builder.component_library set likes = 99");
    }

    [Theory]
    [InlineData(false, true, -1)]
    [InlineData(false, false, 5)] // a price, but no market
    [InlineData(true, true, 5)] // sold, and given away
    public async Task C_07_WB_08_An_odd_price_is_refused(bool isPublic, bool isOffered, int price) =>
        await (await fixture.SignUpAsync()).RefusedAsync("23514", Save, isPublic, isOffered, (decimal)price);
}
