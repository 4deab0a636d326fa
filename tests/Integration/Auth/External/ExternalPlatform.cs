using System.Web;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>A platform where people sign in with accounts elsewhere, and the elsewhere.</summary>
public class ExternalPlatform : IAsyncLifetime
{
    public const string App = "https://app.test/welcome";

    public GitHubStandIn GitHub { get; } = new();
    public GitLabStandIn GitLab { get; } = new();
    public BitbucketStandIn Bitbucket { get; } = new();

    /// <summary>Configured as Google.</summary>
    public IssuerStandIn Google { get; } = new();

    public TestPlatform Platform { get; private set; } = null!;

    /// <summary>Follows no redirects.</summary>
    public HttpClient Browser { get; private set; } = null!;

    protected virtual (string, string)[] Settings => [];

    public async Task InitializeAsync()
    {
        await Task.WhenAll(GitHub.StartAsync(), GitLab.StartAsync(), Bitbucket.StartAsync(), Google.StartAsync());
        Platform = await TestPlatform.StartAsync(
        [
            .. GitHub.Settings("Github"), .. GitLab.Settings("Gitlab"), .. Bitbucket.Settings("Bitbucket"), .. Google.Settings("Google"),
            ("Encryption:PrivateKey", "what encrypts in these tests"), ("Auth:UriAllowList", "https://app.test/**"), ("Auth:SiteUrl", "https://site.test"),
            ("Auth:CustomProviders:AllowLoopback", "true"), .. Settings,
        ]);
        Browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Platform.Url };
    }

    public async Task DisposeAsync()
    {
        Browser.Dispose();
        await Platform.DisposeAsync();
        foreach (IAsyncDisposable provider in new IAsyncDisposable[] { GitHub, GitLab, Bitbucket, Google }) await provider.DisposeAsync();
    }

    /// <summary>Where a browser is sent.</summary>
    public async Task<Uri> FollowAsync(string path, int status = 302)
    {
        var answer = await Browser.SendAsync("GET", path);
        Assert.True(answer.Status == status, $"{path}: {answer.Status} {answer.Json}");
        return answer.Headers.Location!;
    }

    /// <summary>The provider's page that a sign-in leads to.</summary>
    public Task<Uri> LeaveAsync(string provider, string parameters = "") =>
        FollowAsync($"/auth/v1/authorize?provider={provider}&redirect_to={Uri.EscapeDataString(App)}{parameters}");

    /// <summary>Where someone ends who comes back so.</summary>
    public Task<Uri> ComeBackAsync(Uri callback, int status = 302) => FollowAsync(callback.PathAndQuery, status);

    /// <summary>A whole sign-in in the implicit flow; what the application gets.</summary>
    public async Task<Dictionary<string, string>> SignInAsync<TPerson>(string provider, StandIn<TPerson> at, TPerson person) where TPerson : class =>
        Fragment(await ComeBackAsync(at.Approve(await LeaveAsync(provider), person)));

    public static Dictionary<string, string> Query(Uri uri) => Parse(uri.Query);

    public static Dictionary<string, string> Fragment(Uri uri) => Parse(uri.Fragment.TrimStart('#'));

    private static Dictionary<string, string> Parse(string text)
    {
        var values = HttpUtility.ParseQueryString(text);
        return values.AllKeys.ToDictionary(name => name!, name => values[name]!);
    }
}

/// <summary>The same where addresses must be proved.</summary>
public sealed class StrictPlatform : ExternalPlatform
{
    protected override (string, string)[] Settings => [("Auth:AutoConfirm", "false")];
}
