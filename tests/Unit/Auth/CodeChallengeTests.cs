using Hedgerow.Auth.Pkce;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class CodeChallengeTests
{
    // RFC 7636, appendix B.
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Fact]
    public void The_verifier_of_the_standard_meets_its_challenge()
    {
        Assert.Null(CodeChallenge.Read(Challenge, "S256", out var challenge));
        Assert.True(challenge!.IsMetBy(Verifier));
        Assert.False(challenge.IsMetBy(Verifier + "x"));
        Assert.False(challenge.IsMetBy(Challenge));
    }

    [Fact]
    public void A_plain_challenge_is_its_own_verifier()
    {
        Assert.Null(CodeChallenge.Read(Challenge, "plain", out var challenge));
        Assert.True(challenge!.IsMetBy(Challenge));
        Assert.False(challenge.IsMetBy(Verifier));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    public void Without_either_there_is_none(string? value, string? method)
    {
        Assert.Null(CodeChallenge.Read(value, method, out var challenge));
        Assert.Null(challenge);
    }

    [Theory]
    [InlineData(Challenge, null)]
    [InlineData(null, "s256")]
    [InlineData("too-short", "s256")]
    [InlineData(Challenge, "md5")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "s256")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\n", "s256")]
    public void Anything_else_is_refused(string? value, string? method)
    {
        Assert.Equal("validation_failed", CodeChallenge.Read(value, method, out var challenge)?.Code);
        Assert.Null(challenge);
    }
}
