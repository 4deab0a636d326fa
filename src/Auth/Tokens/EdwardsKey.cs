using System.Buffers.Text;
using System.Security.Cryptography;

namespace Hedgerow.Auth.Tokens;

/// <summary>A key on an Edwards curve (JWK <c>kty: OKP</c>), for EdDSA (RFC 8032, RFC 8037), where the platform has OpenSSL.</summary>
public sealed class EdwardsKey : JwtKey
{
    private readonly LibCrypto.PKey _key;
    private readonly EdwardsCurve _curve;
    private readonly byte[] _public;

    private EdwardsKey(LibCrypto.PKey key, EdwardsCurve curve, byte[] publicKey, string? id, JwtAlgorithm? algorithm) : base(id, algorithm) =>
        (_key, _curve, _public) = (key, curve, publicKey);

    public override JwtAlgorithm SigningAlgorithm => JwtAlgorithm.EdDSA;

    /// <summary>Whether there can be such keys here.</summary>
    public static bool IsSupported => LibCrypto.IsPresent;

    /// <param name="publicKey">The JWK's <c>x</c>.</param>
    /// <param name="privateKey">The JWK's <c>d</c>, or null.</param>
    /// <exception cref="CryptographicException">They are no key, or not each other's.</exception>
    public static EdwardsKey From(EdwardsCurve curve, byte[] publicKey, byte[]? privateKey, string? id, JwtAlgorithm? algorithm, bool canSign)
    {
        var key = privateKey is null
            ? LibCrypto.NewPublicKey(curve.Nid, 0, publicKey, (nuint)publicKey.Length)
            : LibCrypto.NewPrivateKey(curve.Nid, 0, privateKey, (nuint)privateKey.Length);
        var octets = new byte[curve.KeyBytes];
        var length = (nuint)octets.Length;
        if (key.IsInvalid || LibCrypto.GetPublicKey(key, octets, ref length) != 1 || !octets.AsSpan().SequenceEqual(publicKey))
        {
            LibCrypto.ClearErrors();
            key.Dispose();
            throw new CryptographicException("The octets make no key on the curve.");
        }
        return new(key, curve, publicKey, id, algorithm) { CanSign = canSign };
    }

    protected override bool Suits(JwtAlgorithm algorithm) => algorithm == JwtAlgorithm.EdDSA;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _curve.SignatureBytes) return false;
        using var context = LibCrypto.NewContext();
        var verified = LibCrypto.VerifyInit(context, 0, 0, 0, _key) == 1
            && LibCrypto.Verify(context, signature, (nuint)signature.Length, input, (nuint)input.Length) == 1;
        if (!verified) LibCrypto.ClearErrors();
        return verified;
    }

    public override byte[] Sign(ReadOnlySpan<byte> input)
    {
        using var context = LibCrypto.NewContext();
        var signature = new byte[_curve.SignatureBytes];
        var length = (nuint)signature.Length;
        if (LibCrypto.SignInit(context, 0, 0, 0, _key) == 1 && LibCrypto.Sign(context, signature, ref length, input, (nuint)input.Length) == 1)
            return signature;
        LibCrypto.ClearErrors();
        throw new CryptographicException("OpenSSL did not sign.");
    }

    protected override (string KeyType, (string Name, string Value)[] Others)? PublicMembers() =>
        ("OKP", [("crv", _curve.Name), ("x", Base64Url.EncodeToString(_public))]);
}

/// <summary>An Edwards curve as JWKs name it (RFC 8037, 3.1).</summary>
/// <param name="Name">The <c>crv</c> member.</param>
/// <param name="Nid">OpenSSL's number for it.</param>
/// <param name="KeyBytes">Length of either half of a key.</param>
/// <param name="SignatureBytes">Length of a signature.</param>
public sealed record EdwardsCurve(string Name, int Nid, int KeyBytes, int SignatureBytes)
{
    /// <summary>The curve of that name, or null.</summary>
    public static EdwardsCurve? Named(string? name) => name switch
    {
        "Ed25519" => new("Ed25519", 1087, 32, 64),
        "Ed448" => new("Ed448", 1088, 57, 114),
        _ => null,
    };
}
