using Hedgerow.Auth;
using Hedgerow.Auth.Otp;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class RedirectUrlsTests
{
    private static readonly RedirectUrls Urls = new(new AuthOptions
    {
        SiteUrl = "https://app.test",
        UriAllowList = "https://*.preview.test/**, myapp://callback, http://localhost:3000/*",
    });

    [Theory]
    [InlineData("https://app.test/welcome?x=1#y")]
    [InlineData("https://one.preview.test/deep/path")]
    [InlineData("myapp://callback")]
    [InlineData("http://localhost:3000/here")]
    public void What_is_the_sites_own_or_listed_is_allowed(string url) => Assert.Equal(url, Urls.Choose(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/relative")]
    [InlineData("https://evil.test")]
    [InlineData("http://app.test/welcome")]
    [InlineData("https://app.test:8443/")]
    [InlineData("https://app.test.evil.test/")]
    [InlineData("https://app.test@evil.test/")]
    [InlineData("https://user@app.test/")]
    [InlineData("https://a.b.preview.test/")]
    [InlineData("https://evil.test/x.preview.test/")]
    [InlineData("myapp://callback/other")]
    [InlineData("http://localhost:3000/here/deeper")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://evil.test\\.preview.test/")]
    public void Everything_else_leads_to_the_site(string? url) => Assert.Equal("https://app.test", Urls.Choose(url));
}
