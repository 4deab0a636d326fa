using System.Buffers.Text;
using System.Security.Cryptography;

namespace Hedgerow.Auth.Tokens;

/// <summary>A key on one of NIST's curves (JWK <c>kty: EC</c>); the curve decides the one algorithm (RFC 7518, 3.4).</summary>
public sealed class EllipticKey(ECDsa ecdsa, EllipticCurve curve, string? id = null, JwtAlgorithm? algorithm = null) : JwtKey(id, algorithm)
{
    // ECDsa instances promise no thread safety. The cache of verified tokens keeps this lock rare.
    private readonly Lock _lock = new();

    public override JwtAlgorithm SigningAlgorithm => curve.Algorithm;

    protected override bool Suits(JwtAlgorithm algorithm) => algorithm == curve.Algorithm;

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * curve.CoordinateBytes) return false;
        lock (_lock) return ecdsa.VerifyData(input, signature, algorithm.Hash());
    }

    public override byte[] Sign(ReadOnlySpan<byte> input)
    {
        lock (_lock) return ecdsa.SignData(input.ToArray(), curve.Algorithm.Hash());
    }

    protected override (string KeyType, (string Name, string Value)[] Others)? PublicMembers()
    {
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        return ("EC", [("crv", curve.Name), ("x", Base64Url.EncodeToString(point.X)), ("y", Base64Url.EncodeToString(point.Y))]);
    }
}

/// <summary>A curve as JWKs name it.</summary>
/// <param name="Name">The <c>crv</c> member.</param>
/// <param name="Curve">The curve itself.</param>
/// <param name="Algorithm">The one algorithm that goes with it.</param>
/// <param name="CoordinateBytes">Length of a coordinate, and of each half of a signature.</param>
public sealed record EllipticCurve(string Name, ECCurve Curve, JwtAlgorithm Algorithm, int CoordinateBytes)
{
    /// <summary>The curve of that name, or null.</summary>
    public static EllipticCurve? Named(string? name) => name switch
    {
        "P-256" => new("P-256", ECCurve.NamedCurves.nistP256, JwtAlgorithm.ES256, 32),
        "P-384" => new("P-384", ECCurve.NamedCurves.nistP384, JwtAlgorithm.ES384, 48),
        "P-521" => new("P-521", ECCurve.NamedCurves.nistP521, JwtAlgorithm.ES512, 66),
        _ => null,
    };
}
