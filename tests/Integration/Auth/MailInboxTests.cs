using System.Net.Http.Headers;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Tests.Integration.Support;
using static Hedgerow.Tests.Integration.Auth.MailSteps;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>The development inbox, and the files that mails are made of.</summary>
public sealed class MailInboxTests(MailPlatform shared) : IClassFixture<MailPlatform>
{
    private const string Inbox = "/auth/v1/dev/inbox";

    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_browser_sees_each_mail_in_a_frame_that_runs_no_script()
    {
        var email = Fresh();
        await _platform.AskAsync("signup", new { email, password = "correct horse" });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Inbox}?to={email}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var http = _platform.Client(null);

        using var response = await http.SendAsync(request);

        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"To {email}", page, StringComparison.Ordinal);
        Assert.Contains("<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\"", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "evil.test")]
    [InlineData("Origin", "http://evil.test")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    public async Task Pages_of_others_and_proxies_are_refused(string header, string value)
    {
        using var http = _platform.Client(null);
        Assert.Equal(403, (await http.SendAsync("GET", Inbox, null, (header, value))).Status);
    }

    [Fact]
    public async Task Where_mail_is_sent_or_the_inbox_is_off_there_is_none()
    {
        await using var off = await TestPlatform.StartAsync();
        await using var sending = await TestPlatform.StartAsync([.. SmtpServer.SettingsFor(1), ("Auth:Mail:DevInbox", "true")]);

        Assert.Equal(404, (await off.Service.SendAsync("GET", Inbox)).Status);
        Assert.Equal(404, (await sending.Service.SendAsync("GET", Inbox)).Status);
    }

    [Fact]
    public async Task Mails_are_made_of_files_where_there_are_some_and_what_people_wrote_stays_text()
    {
        using var folder = new TemplateFolder();
        folder.Write("magic_link.html", """<p>Hi {{ .Data.name }}</p>{{ if eq .Data.language "de" }}Hallo{{ end }}<a href="{{ .SiteURL }}/in?t={{ .TokenHash }}&r={{ .RedirectTo }}">{{ .SendingTo }}</a>""");
        await using var platform = await TestPlatform.StartAsync(
            ("Auth:Mail:DevInbox", "true"), ("Auth:Mail:Templates", folder.Path), ("Auth:Mail:Subjects:MagicLink", "For {{ .Data.name }}"));
        var email = Fresh();
        await platform.AskAsync("otp", new { email, data = new { name = "<b>Ann</b>\r\nBcc: x@example.test", language = "de" } });

        var mail = await platform.MailAsync(email, "magic_link");

        Assert.Equal("For <b>Ann</b> Bcc: x@example.test", mail.Subject);
        Assert.StartsWith("<p>Hi &lt;b&gt;Ann&lt;/b&gt;", mail.Html, StringComparison.Ordinal);
        Assert.Contains("</p>Hallo<a href=\"http://localhost:3000/in?t=", mail.Html, StringComparison.Ordinal);
        Assert.Contains($"&r=http%3A%2F%2Flocalhost%3A3000\">{email}</a>", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_template_stops_the_start_and_names_file_and_line()
    {
        using var folder = new TemplateFolder();
        folder.Write("recovery.html", "<p>\n{{ .Confirmation }}</p>");

        var refusal = await Assert.ThrowsAsync<SettingException>(() => TestPlatform.StartAsync(("Auth:Mail:Templates", folder.Path)));

        Assert.Contains("HEDGEROW_Auth__Mail__Templates", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("recovery.html, line 2: there is no variable .Confirmation", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Auth:Mail:Smtp:Host", "smtp.test", "Auth:Mail:From")]
    [InlineData("Auth:Mail:Templates", "/nowhere/at/all", "Auth:Mail:Templates")]
    [InlineData("Auth:Mail:Subjects:Invite", "{{ .Nothing }}", "the subject of invite")]
    [InlineData("Auth:Mail:MaxFrequency", "-1", "Auth:Mail:MaxFrequency")]
    [InlineData("Auth:Mail:Smtp:Port", "0", "Auth:Mail:Smtp:Port")]
    [InlineData("Auth:Mail:Smtp:Hosts", "x", "Auth:Mail:Smtp:Hosts")]
    public async Task Settings_that_cannot_be_are_told_by_name(string name, string value, string told) =>
        Assert.Contains(told, (await Assert.ThrowsAsync<SettingException>(() => TestPlatform.StartAsync((name, value)))).Message, StringComparison.Ordinal);

    private sealed class TemplateFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("hedgerow-mails-").FullName;

        public void Write(string file, string text) => File.WriteAllText(System.IO.Path.Combine(Path, file), text);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
