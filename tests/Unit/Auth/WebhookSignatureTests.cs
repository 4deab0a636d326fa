using System.Text;
using Hedgerow.Auth.Hooks;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class WebhookSignatureTests
{
    private const string Secret = "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly byte[] s_body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    /// <summary>The example of github.com/standard-webhooks/standard-webhooks, libraries' tests.</summary>
    [Fact]
    public void It_is_the_standards() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookSignature.Parse(Secret).Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, s_body));

    [Fact]
    public void Each_secret_signs_so_that_one_can_be_replaced()
    {
        var both = WebhookSignature.Parse($"{Secret}|v1,whsec_{Convert.ToBase64String(new byte[24])}").Of("id", 1, s_body).Split(' ');

        Assert.Equal(2, both.Length);
        Assert.Equal(WebhookSignature.Parse(Secret).Of("id", 1, s_body), both[0]);
        Assert.NotEqual(both[0], both[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("v1,whsec_not base64")]
    [InlineData("v1,whsec_c2hvcnQ=")]
    public void What_is_no_secret_is_refused(string secrets) => Assert.Throws<FormatException>(() => WebhookSignature.Parse(secrets));
}
