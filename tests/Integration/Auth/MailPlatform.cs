using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>A platform whose people confirm their addresses, and whose mails are read in the development inbox.</summary>
public sealed class MailPlatform : IAsyncLifetime
{
    public TestPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync() => Platform = await TestPlatform.StartAsync(
        ("Auth:Mail:DevInbox", "true"), ("Auth:AutoConfirm", "false"), ("Auth:Mail:MaxFrequency", "0"), ("Auth:UriAllowList", "http://app.test/**"));

    public async Task DisposeAsync() => await Platform.DisposeAsync();
}

/// <summary>A mail as its reader takes it.</summary>
/// <param name="Link">What may be clicked; null where there is nothing.</param>
public sealed partial record ReadMail(string Kind, string To, string Subject, string Html, string Code, Uri? Link)
{
    public static ReadMail From(JsonElement mail)
    {
        var html = mail.GetProperty("html").GetString()!;
        return new ReadMail(
            mail.GetProperty("kind").GetString()!, mail.GetProperty("to").GetString()!, mail.GetProperty("subject").GetString()!, html,
            CodePattern().Match(html).Groups[1].Value,
            LinkPattern().Match(html) is { Success: true } link ? new Uri(WebUtility.HtmlDecode(link.Groups[1].Value)) : null);
    }

    /// <summary>The token in the link.</summary>
    public string Hash => HttpUtility.ParseQueryString(Link!.Query)["token"]!;

    [GeneratedRegex("code[^<]*?([0-9]{6,10})", RegexOptions.CultureInvariant)]
    private static partial Regex CodePattern();

    [GeneratedRegex("href=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex LinkPattern();
}

/// <summary>The steps of people who read mail.</summary>
public static class MailSteps
{
    public static string Fresh(string name = "ann") => $"{name}-{Guid.NewGuid():N}@example.test";

    /// <summary>The mails to an address, newest first.</summary>
    public static async Task<IReadOnlyList<ReadMail>> MailsAsync(this TestPlatform platform, string address)
    {
        using var http = platform.Client(null);
        var answer = await http.SendAsync("GET", $"/auth/v1/dev/inbox?to={Uri.EscapeDataString(address)}");
        Assert.True(answer.Status == 200, answer.Json.ToString());
        return [.. answer.Json.GetProperty("mails").EnumerateArray().Select(ReadMail.From)];
    }

    /// <summary>The newest mail to an address, which must be of this kind.</summary>
    public static async Task<ReadMail> MailAsync(this TestPlatform platform, string address, string kind)
    {
        var mail = (await platform.MailsAsync(address)).FirstOrDefault();
        Assert.Equal(kind, mail?.Kind);
        return mail!;
    }

    public static Task<Answer> AskAsync(this TestPlatform platform, string path, object body, string redirectTo = "") =>
        platform.Anonymous.SendAsync("POST", $"/auth/v1/{path}{(redirectTo.Length > 0 ? $"?redirect_to={Uri.EscapeDataString(redirectTo)}" : "")}", body);

    public static Task<Answer> VerifyAsync(this TestPlatform platform, object body) => platform.AskAsync("verify", body);

    public static Task<Answer> SignInAsync(this TestPlatform platform, string email, string password = "correct horse") =>
        platform.AskAsync("token?grant_type=password", new { email, password });

    /// <summary>Where a link leads.</summary>
    public static async Task<Uri> ClickAsync(this TestPlatform platform, Uri link)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = platform.Url };
        using var response = await browser.GetAsync(link.PathAndQuery);
        Assert.Equal(303, (int)response.StatusCode);
        return response.Headers.Location!;
    }

    /// <summary>What stands behind <c>#</c>.</summary>
    public static System.Collections.Specialized.NameValueCollection Fragment(this Uri url) => HttpUtility.ParseQueryString(url.Fragment.TrimStart('#'));

    /// <summary>Someone who has signed up and confirmed.</summary>
    public static async Task<TestUser> ConfirmedAsync(this TestPlatform platform, string? email = null)
    {
        email ??= Fresh();
        await platform.AskAsync("signup", new { email, password = "correct horse" });
        var mail = await platform.MailAsync(email, "confirmation");
        return TestUser.From((await platform.VerifyAsync(new { type = "signup", token_hash = mail.Hash })).Json, platform);
    }
}
