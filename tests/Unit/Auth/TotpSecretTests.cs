using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Mfa;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class TotpSecretTests
{
    private static readonly byte[] s_key = SHA256.HashData("a key that only this test knows"u8);
    private readonly SecretBox _secrets = new(s_key);
    private readonly Guid _factor = Guid.NewGuid();

    /// <summary>RFC 4648 §10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_is_the_standards(string text, string encoded)
    {
        Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(text, Encoding.ASCII.GetString(Base32.Decode(encoded)));
        Assert.Equal(text, Encoding.ASCII.GetString(Base32.Decode(encoded.ToLowerInvariant() + "==")));
    }

    [Fact]
    public void Every_secret_survives_Base32()
    {
        for (var length = 0; length < 64; length++)
        {
            var bytes = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(bytes, Base32.Decode(Base32.Encode(bytes)));
        }
    }

    [Fact]
    public void What_is_no_Base32_is_refused() => Assert.Throws<FormatException>(() => Base32.Decode("MZXW1"));

    [Fact]
    public void A_sealed_secret_is_read_back_and_cannot_be_read_from_the_row()
    {
        var stored = _secrets.Seal(_factor, "MZXW6YTBOI");

        Assert.DoesNotContain("MZXW6YTBOI", stored, StringComparison.Ordinal);
        Assert.Equal("MZXW6YTBOI", _secrets.Open(_factor, stored));
        Assert.NotEqual(stored, _secrets.Seal(_factor, "MZXW6YTBOI"));
    }

    [Fact]
    public void A_secret_that_was_copied_to_another_factor_opens_nothing() =>
        Assert.ThrowsAny<CryptographicException>(() => _secrets.Open(Guid.NewGuid(), _secrets.Seal(_factor, "MZXW6YTBOI")));

    [Fact]
    public void Another_key_opens_nothing() =>
        Assert.ThrowsAny<CryptographicException>(() => new SecretBox(SHA256.HashData("another"u8)).Open(_factor, _secrets.Seal(_factor, "MZXW6YTBOI")));

    [Fact]
    public void A_secret_that_was_imported_in_clear_is_taken_as_it_is() => Assert.Equal("MZXW6YTBOI", _secrets.Open(_factor, "MZXW6YTBOI"));

    [Fact]
    public void Without_a_key_nothing_is_sealed() => Assert.False(new SecretBox(null).CanSeal);
}
