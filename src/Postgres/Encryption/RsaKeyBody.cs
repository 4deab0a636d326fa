using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Hedgerow.Postgres.Encryption;

/// <summary>
/// The body of a version 4 RSA key packet: version, time, algorithm, n, e; in a secret one also d, p, q, u and a checksum.
/// Source: RFC 4880 §5.5.2, §5.5.3, §3.2 (a number is its length in bits, two octets, and its octets).
/// </summary>
internal static class RsaKeyBody
{
    private const byte Version = 4, RsaEncryptOrSign = 1, NotProtected = 0;

    /// <param name="created">Seconds since 1970.</param>
    public static byte[] Secret(RSA key, uint created)
    {
        var numbers = key.ExportParameters(includePrivateParameters: true);
        var time = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(time, created);
        // OpenPGP's u is p⁻¹ mod q, .NET's InverseQ is q⁻¹ mod p: the two primes change places.
        byte[] secret = [.. Number(numbers.D!), .. Number(numbers.Q!), .. Number(numbers.P!), .. Number(numbers.InverseQ!)];
        return
        [
            Version, .. time, RsaEncryptOrSign, .. Number(numbers.Modulus!), .. Number(numbers.Exponent!),
            NotProtected, .. secret, .. Checksum(secret),
        ];
    }

    /// <summary>The beginning of a secret key's body, which is the public key's whole body.</summary>
    /// <exception cref="FormatException">Not a whole, unprotected version 4 RSA key.</exception>
    public static ReadOnlySpan<byte> PublicPart(ReadOnlySpan<byte> body)
    {
        if (body.Length < 6 || body[0] != Version) throw new FormatException("the private key is not an OpenPGP version 4 key");
        if (body[5] is < 1 or > 3) throw new FormatException("the private key is not an RSA key");
        var end = AfterNumber(body, AfterNumber(body, 6));
        if (end >= body.Length) throw Cut();
        if (body[end] != NotProtected) throw new FormatException("the private key is protected by a passphrase; export it without one");

        var secretEnd = end + 1;
        for (var number = 0; number < 4; number++) secretEnd = AfterNumber(body, secretEnd);
        if (secretEnd + 2 != body.Length) throw Cut();
        if (!Checksum(body[(end + 1)..secretEnd]).AsSpan().SequenceEqual(body[secretEnd..]))
            throw new FormatException("the private key is damaged: its checksum is wrong");
        return body[..end];
    }

    private static byte[] Number(ReadOnlySpan<byte> bigEndian)
    {
        var octets = bigEndian.TrimStart((byte)0);
        var number = new byte[2 + octets.Length];
        BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)new BigInteger(octets, isUnsigned: true, isBigEndian: true).GetBitLength());
        octets.CopyTo(number.AsSpan(2));
        return number;
    }

    private static int AfterNumber(ReadOnlySpan<byte> body, int at)
    {
        if (at + 2 > body.Length) throw Cut();
        var end = at + 2 + (BinaryPrimitives.ReadUInt16BigEndian(body[at..]) + 7) / 8;
        return end <= body.Length ? end : throw Cut();
    }

    private static byte[] Checksum(ReadOnlySpan<byte> secret)
    {
        var sum = 0;
        foreach (var octet in secret) sum = (sum + octet) & 0xFFFF;
        return [(byte)(sum >> 8), (byte)sum];
    }

    private static FormatException Cut() => new("the private key is damaged: it is not whole");
}
