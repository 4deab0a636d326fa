using System.Security.Cryptography;

namespace Hedgerow.Auth.Tokens;

/// <summary>A shared secret (JWK <c>kty: oct</c>). A digest wants a secret at least as long as itself (RFC 7518, 3.2).</summary>
public sealed class HmacKey : JwtKey
{
    /// <summary>The shortest secret taken, in bytes (HS256).</summary>
    public const int MinimumBytes = 32;

    private readonly byte[] _secret;

    /// <exception cref="FormatException">The secret is shorter than <see cref="MinimumBytes"/>.</exception>
    public HmacKey(byte[] secret, string? id = null, JwtAlgorithm? algorithm = null) : base(id, algorithm)
    {
        if (secret.Length < MinimumBytes)
            throw new FormatException($"the secret has {secret.Length} bytes; it must have at least {MinimumBytes}");
        _secret = secret;
    }

    public override JwtAlgorithm SigningAlgorithm => Restriction ?? JwtAlgorithm.HS256;

    protected override bool Suits(JwtAlgorithm algorithm) => algorithm switch
    {
        JwtAlgorithm.HS256 => true,
        JwtAlgorithm.HS384 => _secret.Length >= 48,
        JwtAlgorithm.HS512 => _secret.Length >= 64,
        _ => false,
    };

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var length = Compute(algorithm, input, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..length], signature);
    }

    public override byte[] Sign(ReadOnlySpan<byte> input)
    {
        Span<byte> signature = stackalloc byte[HMACSHA512.HashSizeInBytes];
        return signature[..Compute(SigningAlgorithm, input, signature)].ToArray();
    }

    protected override (string KeyType, (string Name, string Value)[] Others)? PublicMembers() => null;

    private int Compute(JwtAlgorithm algorithm, ReadOnlySpan<byte> input, Span<byte> destination) => algorithm switch
    {
        JwtAlgorithm.HS256 => HMACSHA256.HashData(_secret, input, destination),
        JwtAlgorithm.HS384 => HMACSHA384.HashData(_secret, input, destination),
        _ => HMACSHA512.HashData(_secret, input, destination),
    };
}
