using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>A platform that tells people by mail of what changes in their accounts.</summary>
public sealed class NoticePlatform : IAsyncLifetime
{
    public TestPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync() => Platform = await TestPlatform.StartAsync(
    [
        ("Auth:Mail:DevInbox", "true"), ("Auth:Mail:MaxFrequency", "0"), ("Auth:Sms:Enabled", "true"), ("Auth:Sms:AutoConfirm", "true"), ("Encryption:PrivateKey", "what encrypts in these tests"),
        ("Auth:Mail:Subjects:PasswordChanged", "New password at {{ .SiteURL }}"),
        .. new[] { "PasswordChanged", "EmailChanged", "PhoneChanged", "IdentityLinked", "IdentityUnlinked", "MfaFactorEnrolled", "MfaFactorUnenrolled" }
            .Select(name => ($"Auth:Mail:Notifications:{name}", "true")),
    ]);

    public async Task DisposeAsync() => await Platform.DisposeAsync();
}

public sealed class NoticeTests(NoticePlatform shared) : IClassFixture<NoticePlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_new_password_is_told()
    {
        var user = await _platform.SignUpAsync();

        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" })).Status);

        var mail = await _platform.MailAsync(user.Email, "password_changed_notification");
        Assert.Equal("New password at http://localhost:3000", mail.Subject);
        Assert.Contains(user.Email, mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_is_not_told()
    {
        var user = await _platform.SignUpAsync();

        await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple", phone = "no number" });

        Assert.Empty(await _platform.MailsAsync(user.Email));
    }

    [Fact]
    public async Task Another_address_is_told_at_the_one_before()
    {
        var (user, after) = (await _platform.SignUpAsync(), MailSteps.Fresh());
        await user.Http.SendAsync("PUT", "/auth/v1/user", new { email = after });
        foreach (var address in new[] { user.Email, after })
            await _platform.VerifyAsync(new { type = "email_change", token_hash = (await _platform.MailAsync(address, "email_change")).Hash });

        var mail = await _platform.MailAsync(user.Email, "email_changed_notification");

        Assert.Contains($"{after} in place of {user.Email}", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(await _platform.MailsAsync(after), read => read.Kind == "email_changed_notification");
    }

    [Fact]
    public async Task A_first_number_is_a_new_way_in_and_another_one_a_change()
    {
        var (user, first, phone) = (await _platform.SignUpAsync(), PhonePlatform.NewNumber(), PhonePlatform.NewNumber());
        Assert.Equal(200, (await user.Http.SendAsync("PUT", "/auth/v1/user", new { phone = first })).Status);
        Assert.Contains("phone", (await _platform.MailAsync(user.Email, "identity_linked_notification")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain(await _platform.MailsAsync(user.Email), mail => mail.Kind == "phone_changed_notification");

        var changed = await user.Http.SendAsync("PUT", "/auth/v1/user", new { phone });
        Assert.Equal(200, changed.Status);
        Assert.Contains(phone, (await _platform.MailAsync(user.Email, "phone_changed_notification")).Html, StringComparison.Ordinal);

        var identity = changed.Json.GetProperty("identities").EnumerateArray().Single(one => one.GetProperty("provider").GetString() == "phone");
        Assert.Equal(200, (await user.Http.SendAsync("DELETE", $"/auth/v1/user/identities/{identity.GetProperty("identity_id")}")).Status);
        Assert.Contains("phone", (await _platform.MailAsync(user.Email, "identity_unlinked_notification")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_factors_are_told_when_they_begin_to_count_and_when_they_go()
    {
        var user = await _platform.SignUpAsync();
        var (app, abandoned) = (await user.AppAsync(), await user.AppAsync("other"));
        await user.Http.SendAsync("DELETE", $"/auth/v1/factors/{abandoned.Factor}");
        Assert.Empty(await _platform.MailsAsync(user.Email));

        user = await user.RaiseAsync(app, _platform);
        Assert.Contains("totp", (await _platform.MailAsync(user.Email, "mfa_factor_enrolled_notification")).Html, StringComparison.Ordinal);

        Assert.Equal(200, (await user.Http.SendAsync("DELETE", $"/auth/v1/factors/{app.Factor}")).Status);
        await _platform.MailAsync(user.Email, "mfa_factor_unenrolled_notification");
    }

    [Fact]
    public async Task What_the_service_role_changes_is_not_told()
    {
        var user = await _platform.SignUpAsync();

        var changed = await _platform.Service.SendAsync(
            "PUT", $"/auth/v1/admin/users/{user.Id}", new { password = "battery staple", phone = PhonePlatform.NewNumber(), phone_confirm = true });

        Assert.Equal(200, changed.Status);
        Assert.Empty(await _platform.MailsAsync(user.Email));
    }

    [Fact]
    public async Task Nobody_is_written_to_at_an_address_that_was_never_confirmed()
    {
        var user = await _platform.SignUpAsync();
        await _platform.Database.ExecuteAsync("update auth.users set email_confirmed_at = null where id = $1", user.Id);

        await user.Http.SendAsync("PUT", "/auth/v1/user", new { password = "battery staple" });

        Assert.Empty(await _platform.MailsAsync(user.Email));
    }

    [Fact]
    public async Task Another_change_asked_for_voids_what_was_asked_before()
    {
        var (user, first, second) = (await _platform.SignUpAsync(), MailSteps.Fresh(), MailSteps.Fresh());
        Task<Answer> LinkAsync(string type, string newEmail) =>
            _platform.Service.SendAsync("POST", "/auth/v1/admin/generate_link", new { type, email = user.Email, new_email = newEmail });
        var agreed = (await LinkAsync("email_change_current", first))["hashed_token"];

        var asked = (await LinkAsync("email_change_new", second))["hashed_token"];

        Assert.Equal("otp_expired", (await _platform.VerifyAsync(new { type = "email_change", token_hash = agreed })).ErrorCode);
        Assert.Equal(200, (await _platform.VerifyAsync(new { type = "email_change", token_hash = asked })).Status);
        Assert.Equal(second, await _platform.Database.ScalarAsync<string>("select email from auth.users where id = $1", user.Id));
    }
}
