using System.Buffers.Text;
using System.Security.Cryptography;

namespace Hedgerow.Auth.Tokens;

/// <summary>An RSA key (JWK <c>kty: RSA</c>), PKCS#1 v1.5 and PSS.</summary>
public sealed class RsaKey : JwtKey
{
    /// <summary>The shortest modulus taken, in bits (RFC 7518, 3.3).</summary>
    public const int MinimumBits = 2048;

    private readonly RSA _rsa;

    // RSA instances promise no thread safety. The cache of verified tokens keeps this lock rare.
    private readonly Lock _lock = new();

    /// <exception cref="FormatException">The key is shorter than <see cref="MinimumBits"/>.</exception>
    public RsaKey(RSA rsa, string? id = null, JwtAlgorithm? algorithm = null) : base(id, algorithm)
    {
        if (rsa.KeySize < MinimumBits)
            throw new FormatException($"the RSA key has {rsa.KeySize} bits; it must have at least {MinimumBits}");
        _rsa = rsa;
    }

    public override JwtAlgorithm SigningAlgorithm => Restriction ?? JwtAlgorithm.RS256;

    protected override bool Suits(JwtAlgorithm algorithm) => algorithm is
        JwtAlgorithm.RS256 or JwtAlgorithm.RS384 or JwtAlgorithm.RS512 or
        JwtAlgorithm.PS256 or JwtAlgorithm.PS384 or JwtAlgorithm.PS512;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        lock (_lock) return _rsa.VerifyData(input, signature, algorithm.Hash(), Padding(algorithm));
    }

    public override byte[] Sign(ReadOnlySpan<byte> input)
    {
        lock (_lock) return _rsa.SignData(input, SigningAlgorithm.Hash(), Padding(SigningAlgorithm));
    }

    protected override (string KeyType, (string Name, string Value)[] Others)? PublicMembers()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return ("RSA", [("n", Base64Url.EncodeToString(key.Modulus)), ("e", Base64Url.EncodeToString(key.Exponent))]);
    }

    private static RSASignaturePadding Padding(JwtAlgorithm algorithm) =>
        algorithm is JwtAlgorithm.PS256 or JwtAlgorithm.PS384 or JwtAlgorithm.PS512
            ? RSASignaturePadding.Pss
            : RSASignaturePadding.Pkcs1;
}
