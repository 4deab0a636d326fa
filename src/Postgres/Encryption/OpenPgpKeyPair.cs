using System.Security.Cryptography;

namespace Hedgerow.Postgres.Encryption;

/// <summary>
/// An OpenPGP key pair for pgcrypto's <c>pgp_pub_encrypt</c> and <c>pgp_pub_decrypt</c>: a version 4 RSA primary key and an RSA encryption subkey,
/// without user id and signatures, which pgcrypto does not look at. The secret half is not protected by a passphrase: it is kept where a passphrase
/// would be. Source: RFC 4880 §5.5.
/// </summary>
public sealed class OpenPgpKeyPair
{
    /// <summary>Good beyond 2030 by NIST SP 800-57 part 1, table 2.</summary>
    private const int Bits = 3072;

    private OpenPgpKeyPair(byte[] secretKey, byte[] publicKey) => (SecretKey, PublicKey) = (secretKey, publicKey);

    /// <summary>The transferable secret key, binary.</summary>
    public ReadOnlyMemory<byte> SecretKey { get; }

    /// <summary>The transferable public key, binary: the second argument of <c>pgp_pub_encrypt</c>.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary><see cref="SecretKey"/> in base64, as it is kept in <c>Encryption:PrivateKey</c>.</summary>
    public string SecretKeyBase64 => Convert.ToBase64String(SecretKey.Span);

    /// <summary>A new pair; takes some tenths of a second.</summary>
    public static OpenPgpKeyPair Generate(DateTimeOffset created)
    {
        using var primary = RSA.Create(Bits);
        using var encryption = RSA.Create(Bits);
        var seconds = (uint)created.ToUnixTimeSeconds();
        byte[] secret =
        [
            .. OpenPgpPacket.Write(OpenPgpPacket.SecretKey, RsaKeyBody.Secret(primary, seconds)),
            .. OpenPgpPacket.Write(OpenPgpPacket.SecretSubkey, RsaKeyBody.Secret(encryption, seconds)),
        ];
        return new(secret, PublicOf(secret));
    }

    /// <summary>Reads what <see cref="SecretKeyBase64"/> wrote, or the unprotected secret RSA key of another OpenPGP program.</summary>
    /// <exception cref="FormatException">It is something else; the message says what, and repeats nothing of it.</exception>
    public static OpenPgpKeyPair Parse(string secretKeyBase64)
    {
        byte[] secret;
        try
        {
            secret = Convert.FromBase64String(secretKeyBase64.Trim());
        }
        catch (FormatException)
        {
            throw new FormatException("the private key is not base64");
        }
        return new(secret, PublicOf(secret));
    }

    private static byte[] PublicOf(byte[] secret)
    {
        var publicKey = new List<byte>();
        var subkeys = 0;
        foreach (var (tag, body) in OpenPgpPacket.Read(secret))
        {
            if (tag is OpenPgpPacket.PublicKey or OpenPgpPacket.PublicSubkey)
                throw new FormatException("this is a public key; the private key is needed");
            if (tag is not (OpenPgpPacket.SecretKey or OpenPgpPacket.SecretSubkey)) continue; // user id, signature
            if (tag == OpenPgpPacket.SecretSubkey) subkeys++;
            publicKey.AddRange(OpenPgpPacket.Write(
                tag == OpenPgpPacket.SecretKey ? OpenPgpPacket.PublicKey : OpenPgpPacket.PublicSubkey, RsaKeyBody.PublicPart(body.Span)));
        }
        return subkeys == 1 ? [.. publicKey] : throw new FormatException($"the private key has {subkeys} subkeys; pgcrypto encrypts with exactly one");
    }
}
