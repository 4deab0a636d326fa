using Hedgerow.Storage.Api;

namespace Hedgerow.Tests.Unit.Storage;

public sealed class RobotsTagTests
{
    [Theory]
    [InlineData("none")]
    [InlineData(" noindex , nofollow")]
    [InlineData("max-snippet: -1, max-video-preview:0")]
    [InlineData("max-image-preview: large")]
    [InlineData("googlebot: max-snippet: 10, otherbot: noindex")]
    [InlineData("unavailable_after: 2026-06-25")]
    [InlineData("unavailable_after: Thursday, 25-Jun-26 15:00:00 PST, noindex")]
    [InlineData("googlebot: unavailable_after: 25 Jun 2026 15:00:00 GMT")]
    public void Rules_for_search_engines_are_taken(string value) => Assert.Null(RobotsTag.Refuse(value));

    [Theory]
    [InlineData(" ")]
    [InlineData("index")]
    [InlineData("NOINDEX")]
    [InlineData("noindex,,nofollow")]
    [InlineData("max-snippet:")]
    [InlineData("max-snippet: -2")]
    [InlineData("max-image-preview: huge")]
    [InlineData("unavailable_after: soon")]
    [InlineData("googlebot:")]
    [InlineData("googlebot: index")]
    [InlineData("noindex\r\nSet-Cookie: a=b")]
    [InlineData("noindex, ä: all")]
    public void Anything_else_is_refused(string value) => Assert.Equal("InvalidRequest", RobotsTag.Refuse(value)?.Code);
}
