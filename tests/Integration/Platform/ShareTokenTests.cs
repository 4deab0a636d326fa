using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Platform;

/// <summary>What policies read of the header <c>x-share-token</c>, and the ids that the database makes.</summary>
public sealed class ShareTokenTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Theory]
    [InlineData("""{"x-share-token": "abc"}""", true)]
    [InlineData("""{"x-share-token": " abc "}""", true)]
    [InlineData("""{"x-share-token": "abd"}""", false)]
    [InlineData("""{"x-share-token": ""}""", false)]
    [InlineData("{}", false)]
    [InlineData("", false)]
    public async Task A_request_s_token_is_compared_by_its_digest(string headers, bool same)
    {
        await using var session = await fixture.Database.OpenAsync("anon");
        await session.ExecuteAsync("select set_config('request.headers', $1, true)", headers);
        Assert.Equal(same, await session.ScalarAsync<bool>("select coalesce(hedgerow.token_digest('abc') = hedgerow.share_token_digest(), false)"));
    }

    [Fact]
    public async Task New_tokens_fit_into_a_URL_and_differ()
    {
        var tokens = await fixture.Operator.ScalarAsync<string[]>("select array_agg(hedgerow.new_share_token()) from generate_series(1, 1000)");
        Assert.Equal(1000, tokens!.Distinct().Count());
        Assert.All(tokens!, token => Assert.Matches("^[A-Za-z0-9_-]{32}$", token));
    }

    [Fact]
    public async Task A_cuid_is_unique_and_shaped_as_Prisma_s()
    {
        var ids = await fixture.Operator.ScalarAsync<string[]>("select array_agg(hedgerow.cuid()) from generate_series(1, 10000)");
        Assert.Equal(10_000, ids!.Distinct().Count());
        Assert.All(ids!, id => Assert.Matches("^c[a-z0-9]{24}$", id));
    }
}
