using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens.Rotation;

/// <summary>Makes keys, as JWKs with their private halves (RFC 7517).</summary>
public static class NewJwk
{
    private const int RsaBits = 2048;

    /// <param name="algorithm">HS256, RS256 or ES256.</param>
    /// <param name="id">Its <c>kid</c>.</param>
    public static string Make(JwtAlgorithm algorithm, Guid id)
    {
        var jwk = algorithm switch
        {
            JwtAlgorithm.HS256 => Symmetric(),
            JwtAlgorithm.RS256 => Rsa(),
            JwtAlgorithm.ES256 => Elliptic(),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No keys are made for it."),
        };
        jwk["kid"] = id.ToString();
        jwk["alg"] = algorithm.ToString();
        jwk["use"] = "sig";
        return JsonSerializer.Serialize(jwk);
    }

    private static Dictionary<string, string> Symmetric() => new() { ["kty"] = "oct", ["k"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) };

    private static Dictionary<string, string> Rsa()
    {
        using var rsa = RSA.Create(RsaBits);
        var key = rsa.ExportParameters(includePrivateParameters: true);
        return new()
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(key.Modulus),
            ["e"] = Base64Url.EncodeToString(key.Exponent),
            ["d"] = Base64Url.EncodeToString(key.D),
            ["p"] = Base64Url.EncodeToString(key.P),
            ["q"] = Base64Url.EncodeToString(key.Q),
            ["dp"] = Base64Url.EncodeToString(key.DP),
            ["dq"] = Base64Url.EncodeToString(key.DQ),
            ["qi"] = Base64Url.EncodeToString(key.InverseQ),
        };
    }

    private static Dictionary<string, string> Elliptic()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = ecdsa.ExportParameters(includePrivateParameters: true);
        return new()
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(key.Q.X),
            ["y"] = Base64Url.EncodeToString(key.Q.Y),
            ["d"] = Base64Url.EncodeToString(key.D),
        };
    }
}
