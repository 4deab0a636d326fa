using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>TLS and passwords on the way to the SMTP server.</summary>
public sealed class MailTransportTests
{
    private const string Password = "a password that only the server knows";

    private static readonly X509Certificate2 Trusted = NewCertificate();

#pragma warning disable SYSLIB0014 // SmtpClient knows no other way to trust a certificate than the machine's. This one trusts one certificate more.
    static MailTransportTests() => ServicePointManager.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
        errors == System.Net.Security.SslPolicyErrors.None || certificate?.GetCertHashString() == Trusted.GetCertHashString();
#pragma warning restore SYSLIB0014

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static Task<SmtpServer> ServerAsync(X509Certificate2 certificate) => SmtpServer.StartAsync(
        user: "hedgerow", password: Password, key: certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), certificate: certificate.ExportCertificatePem());

    private static async Task<TestPlatform> PlatformAsync(SmtpServer smtp, string password = Password) => await TestPlatform.StartAsync(
        [.. smtp.Settings, ("Auth:Mail:Smtp:Tls", "true"), ("Auth:Mail:Smtp:User", "hedgerow"), ("Auth:Mail:Smtp:Password", password), ("Auth:Mail:Smtp:MaxAttempts", "1")]);

    private static async Task<string> ReasonAsync(TestPlatform platform)
    {
        await platform.Database.UntilAsync("select exists (select from auth.mail_queue where failed_at is not null)");
        return (await platform.Database.ScalarAsync<string>("select last_error from auth.mail_queue"))!;
    }

    [Fact]
    public async Task Mail_goes_over_tls_to_a_server_that_is_trusted()
    {
        await using var smtp = await ServerAsync(Trusted);
        await using var platform = await PlatformAsync(smtp);

        await platform.Anonymous.SendAsync("POST", "/auth/v1/otp", new { email = "ann@example.test" });

        Assert.True((await smtp.MailToAsync("ann@example.test")).Secure);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_neither_mail_nor_password()
    {
        using var stranger = NewCertificate();
        await using var smtp = await ServerAsync(stranger);
        await using var platform = await PlatformAsync(smtp);

        await platform.Anonymous.SendAsync("POST", "/auth/v1/otp", new { email = "ann@example.test" });

        Assert.Contains("certificate", await ReasonAsync(platform), StringComparison.Ordinal);
        Assert.Empty(await smtp.StopAsync());
    }

    [Fact]
    public async Task A_server_without_tls_gets_nothing_where_tls_is_required()
    {
        await using var smtp = await SmtpServer.StartAsync(user: "hedgerow", password: Password);
        await using var platform = await PlatformAsync(smtp);

        await platform.Anonymous.SendAsync("POST", "/auth/v1/otp", new { email = "ann@example.test" });

        Assert.Contains("secure connection", await ReasonAsync(platform), StringComparison.Ordinal);
        Assert.Empty(await smtp.StopAsync());
    }

    [Fact]
    public async Task A_wrong_password_is_told()
    {
        await using var smtp = await ServerAsync(Trusted);
        await using var platform = await PlatformAsync(smtp, "another password");

        await platform.Anonymous.SendAsync("POST", "/auth/v1/otp", new { email = "ann@example.test" });

        Assert.Contains("not authenticated", await ReasonAsync(platform), StringComparison.Ordinal);
    }
}
