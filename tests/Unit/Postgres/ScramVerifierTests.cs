using Hedgerow.Postgres.Provisioning;

namespace Hedgerow.Tests.Unit.Postgres;

public sealed class ScramVerifierTests
{
    // RFC 7677 §3: user "user", password "pencil"; ServerSignature and ClientProof there follow from these keys.
    private const string Rfc7677 = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    [Fact]
    public void The_example_of_RFC_7677_matches() => Assert.True(ScramVerifier.Matches(Rfc7677, "pencil"));

    [Theory]
    [InlineData("pencils", Rfc7677)]
    [InlineData("pencil", null)]
    [InlineData("pencil", "")]
    [InlineData("pencil", "md5a3556571e93b0d20722ba62be61e8c2d")]
    [InlineData("pencil", "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$a:b")]
    [InlineData("pencil", "SCRAM-SHA-256$4096:no base64$a:b")]
    public void Another_password_or_form_does_not_match(string password, string? stored) => Assert.False(ScramVerifier.Matches(stored, password));

    [Fact]
    public void Each_verifier_has_a_salt_of_its_own()
    {
        var (first, second) = (ScramVerifier.Create("pencil"), ScramVerifier.Create("pencil"));
        Assert.NotEqual(first, second);
        Assert.True(ScramVerifier.Matches(first, "pencil") && ScramVerifier.Matches(second, "pencil"));
        Assert.DoesNotContain("pencil", first, StringComparison.Ordinal);
    }
}
