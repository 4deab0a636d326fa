using System.Xml.Linq;
using Hedgerow.Auth.Mfa;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class TotpEnrolmentTests
{
    [Fact]
    public void The_address_says_all_that_an_app_needs()
    {
        var enrolment = TotpEnrolment.Make("MZXW6YTBOI", "Ada & Co", "ada@example.test");

        Assert.Equal(
            "otpauth://totp/Ada%20%26%20Co:ada%40example.test?algorithm=SHA1&digits=6&issuer=Ada%20%26%20Co&period=30&secret=MZXW6YTBOI", enrolment?.Uri);
    }

    [Fact]
    public void The_picture_is_an_SVG_that_no_name_can_break()
    {
        var svg = XDocument.Parse(TotpEnrolment.Make("MZXW6YTBOI", "<script>", "\"/><x ")!.QrCode);

        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName is "script" or "x");
    }

    [Fact]
    public void The_picture_can_stand_in_a_data_address_as_it_is()
    {
        var svg = TotpEnrolment.Make("MZXW6YTBOI", "Acme #1 100%", "ada@example.test")!.QrCode;

        Assert.DoesNotContain('#', svg);
        Assert.DoesNotContain('%', svg);
    }

    [Fact]
    public void A_name_that_no_picture_can_hold_makes_none() => Assert.Null(TotpEnrolment.Make("MZXW6YTBOI", new string('x', 4000), "ada"));
}
