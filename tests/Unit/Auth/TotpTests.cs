using System.Text;
using Hedgerow.Auth.Mfa;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class TotpTests
{
    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B (SHA-1), the last six of eight digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void The_codes_are_those_of_the_standard(long second, string code) =>
        Assert.Equal(code, Totp.Code(s_secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(second))));

    /// <summary>RFC 4226, appendix D.</summary>
    [Theory]
    [InlineData(0, "755224")]
    [InlineData(5, "254676")]
    [InlineData(9, "520489")]
    public void The_steps_count_as_the_standard_counts(long step, string code) => Assert.Equal(code, Totp.Code(s_secret, step));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_code_is_good_one_step_early_and_late(int steps, bool isGood)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = Totp.StepAt(now) + steps;

        Assert.Equal(isGood ? step : null, Totp.Match(s_secret, Totp.Code(s_secret, step), now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00592")]
    [InlineData("0059240")]
    [InlineData("５９２４００")]
    [InlineData("-05924")]
    [InlineData("not a code")]
    public void What_is_no_code_matches_nothing(string code) =>
        Assert.Null(Totp.Match(s_secret, code, DateTimeOffset.FromUnixTimeSeconds(1234567890)));

    [Fact]
    public void Spaces_around_a_code_do_not_count() =>
        Assert.NotNull(Totp.Match(s_secret, " 005924\n", DateTimeOffset.FromUnixTimeSeconds(1234567890)));
}
