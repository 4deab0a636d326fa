using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class TokenCacheTests
{
    private static VerifiedToken Token() => new() { Identity = new Identity(new Caller("a", "{}")) };

    [Fact]
    public void It_never_holds_more_than_it_may()
    {
        var cache = new TokenCache(10);
        for (var i = 0; i < 1000; i++) cache.Add($"token {i}", Token());

        Assert.Equal(10, cache.Count);
        Assert.NotNull(cache.Find("token 999"));
        Assert.Null(cache.Find("token 0"));
    }

    [Fact]
    public void What_is_used_outlives_what_is_not()
    {
        var cache = new TokenCache(3);
        cache.Add("used", Token());
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(cache.Find("used"));
            cache.Add($"once {i}", Token());
        }
    }

    [Fact]
    public void Every_entry_can_be_evicted_and_come_back()
    {
        var cache = new TokenCache(2);
        for (var round = 0; round < 50; round++)
        {
            foreach (var name in new[] { "a", "b", "c" })
            {
                cache.Add(name, Token());
                Assert.NotNull(cache.Find(name));
            }
        }
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Of_size_nothing_it_remembers_nothing()
    {
        var cache = new TokenCache(0);
        cache.Add("a", Token());

        Assert.Null(cache.Find("a"));
    }
}
