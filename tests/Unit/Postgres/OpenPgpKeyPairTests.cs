using System.Buffers.Binary;
using Hedgerow.Postgres.Encryption;

namespace Hedgerow.Tests.Unit.Postgres;

public sealed class OpenPgpKeyPairTests
{
    private static readonly OpenPgpKeyPair s_keys = OpenPgpKeyPair.Generate(DateTimeOffset.UnixEpoch.AddYears(50));

    [Fact]
    public void The_public_key_follows_from_the_private_one() =>
        Assert.Equal(s_keys.PublicKey.ToArray(), OpenPgpKeyPair.Parse(s_keys.SecretKeyBase64).PublicKey.ToArray());

    [Fact]
    public void The_public_key_holds_nothing_of_the_secret()
    {
        // The last 32 octets before the checksum are a part of u, a secret number.
        var secret = s_keys.SecretKey.ToArray()[^34..^2];
        Assert.Equal(-1, s_keys.PublicKey.Span.IndexOf(secret));
    }

    [Fact]
    public void Something_else_is_refused_without_repeating_it()
    {
        var damaged = s_keys.SecretKey.ToArray();
        damaged[^40] ^= 1;
        // Two keys are seldom, but sometimes, an octet apart in length: the primary key ends where its own header says (RFC 4880 §4.2.2.3).
        var primaryEnds = 6 + BinaryPrimitives.ReadInt32BigEndian(s_keys.SecretKey.Span[2..]);
        var inputs = new Dictionary<string, string>
        {
            ["not base64"] = "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            ["not an OpenPGP key"] = Convert.ToBase64String([1, 2, 3]),
            ["not an OpenPGP key in"] = "",
            ["OpenPGP key in binary form"] = Convert.ToBase64String([0xC5, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x04]),
            ["checksum is wrong"] = Convert.ToBase64String(damaged),
            ["not an OpenPGP key in binary form"] = Convert.ToBase64String(s_keys.SecretKey.Span[..^10]),
            ["this is a public key"] = Convert.ToBase64String(s_keys.PublicKey.Span),
            ["has 2 subkeys"] = Convert.ToBase64String([.. s_keys.SecretKey.Span, .. s_keys.SecretKey.Span]),
            ["has 0 subkeys"] = Convert.ToBase64String(s_keys.SecretKey.Span[..primaryEnds]),
        };
        foreach (var (message, input) in inputs)
        {
            var error = Assert.Throws<FormatException>(() => OpenPgpKeyPair.Parse(input));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.True(input.Length < 20 || !error.Message.Contains(input, StringComparison.Ordinal));
        }
    }
}
