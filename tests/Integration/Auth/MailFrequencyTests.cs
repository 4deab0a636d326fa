using System.Globalization;
using Hedgerow.Tests.Integration.Support;
using static Hedgerow.Tests.Integration.Auth.MailSteps;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>How often an address is written to: once a minute for each purpose, whether or not anybody has it.</summary>
public sealed class MailFrequencyTests(MailFrequencyTests.Confirming shared) : IClassFixture<MailFrequencyTests.Confirming>
{
    /// <summary>With the limit as it is by default.</summary>
    public sealed class Confirming : IAsyncLifetime
    {
        public TestPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await TestPlatform.StartAsync(("Auth:Mail:DevInbox", "true"), ("Auth:AutoConfirm", "false"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    private readonly TestPlatform _platform = shared.Platform;

    private static void AssertTooSoon(Answer answer)
    {
        Assert.Equal((429, "over_email_send_rate_limit"), (answer.Status, answer.ErrorCode));
        var seconds = int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 60);
        Assert.Equal($"For security purposes, you can only request this after {seconds} seconds.", answer["msg"]);
    }

    [Theory]
    [InlineData("recover", "")]
    [InlineData("otp", "")]
    [InlineData("magiclink", "")]
    [InlineData("signup", "")]
    [InlineData("resend", "signup")]
    [InlineData("resend", "email_change")]
    public async Task Asking_twice_is_refused_for_known_and_unknown_addresses_alike(string path, string type)
    {
        var known = (await _platform.ConfirmedAsync()).Email;
        await _platform.Database.ExecuteAsync("update auth.mail_turns set taken_at = taken_at - interval '61 seconds' where address = $1", known);
        foreach (var email in new[] { known, Fresh() })
        {
            var body = new { email, type, password = "correct horse" };
            Assert.Equal(200, (await _platform.AskAsync(path, body)).Status);
            AssertTooSoon(await _platform.AskAsync(path, body));

            await _platform.Database.ExecuteAsync("update auth.mail_turns set taken_at = taken_at - interval '61 seconds' where address = $1", email);
            Assert.Equal(200, (await _platform.AskAsync(path, body)).Status);
        }
    }

    [Fact]
    public async Task Of_parallel_requests_for_one_address_one_mail_comes()
    {
        var email = (await _platform.ConfirmedAsync()).Email;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _platform.AskAsync("recover", new { email })));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), AssertTooSoon);
        Assert.Single(await _platform.MailsAsync(email), mail => mail.Kind == "recovery");
    }

    [Fact]
    public async Task Of_parallel_sign_ups_of_a_stranger_by_code_one_makes_the_user()
    {
        var email = Fresh();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _platform.AskAsync("otp", new { email })));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(1, await _platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", email));
    }

    [Fact]
    public async Task The_signed_in_wait_too()
    {
        var user = await _platform.ConfirmedAsync();

        Assert.Equal(200, (await user.Http.SendAsync("GET", "/auth/v1/reauthenticate")).Status);
        AssertTooSoon(await user.Http.SendAsync("GET", "/auth/v1/reauthenticate"));
        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { email = Fresh() })).Status);
        AssertTooSoon(await user.Http.SendAsync("PUT", "/auth/v1/user", new { email = Fresh() }));
    }

    [Fact]
    public async Task A_day_later_nobody_knows_any_more_who_was_asked_for()
    {
        await _platform.AskAsync("recover", new { email = "long-ago@example.test" });
        await _platform.Database.ExecuteAsync("update auth.mail_turns set taken_at = taken_at - interval '25 hours' where address = 'long-ago@example.test'");

        await _platform.AskAsync("recover", new { email = Fresh() });

        Assert.False(await _platform.Database.ScalarAsync<bool>("select exists (select from auth.mail_turns where address = 'long-ago@example.test')"));
    }
}
