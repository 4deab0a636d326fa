using System.Security.Cryptography;

namespace Hedgerow.Auth.Tokens;

/// <summary>The signature algorithms that are understood (RFC 7518, 3.1; RFC 8037, 3.1). <c>none</c> is not among them.</summary>
public enum JwtAlgorithm
{
    HS256, HS384, HS512,
    RS256, RS384, RS512,
    PS256, PS384, PS512,
    ES256, ES384, ES512,
    EdDSA,
}

/// <summary>What follows from an algorithm's name alone.</summary>
public static class JwtAlgorithms
{
    /// <summary>The algorithm of that exact name, or null.</summary>
    public static JwtAlgorithm? Named(string? name) => name switch
    {
        "HS256" => JwtAlgorithm.HS256,
        "HS384" => JwtAlgorithm.HS384,
        "HS512" => JwtAlgorithm.HS512,
        "RS256" => JwtAlgorithm.RS256,
        "RS384" => JwtAlgorithm.RS384,
        "RS512" => JwtAlgorithm.RS512,
        "PS256" => JwtAlgorithm.PS256,
        "PS384" => JwtAlgorithm.PS384,
        "PS512" => JwtAlgorithm.PS512,
        "ES256" => JwtAlgorithm.ES256,
        "ES384" => JwtAlgorithm.ES384,
        "ES512" => JwtAlgorithm.ES512,
        "EdDSA" => JwtAlgorithm.EdDSA,
        _ => null,
    };

    /// <summary>The digest below the signature. EdDSA brings its own.</summary>
    public static HashAlgorithmName Hash(this JwtAlgorithm algorithm) => algorithm switch
    {
        JwtAlgorithm.HS256 or JwtAlgorithm.RS256 or JwtAlgorithm.PS256 or JwtAlgorithm.ES256 => HashAlgorithmName.SHA256,
        JwtAlgorithm.HS384 or JwtAlgorithm.RS384 or JwtAlgorithm.PS384 or JwtAlgorithm.ES384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
