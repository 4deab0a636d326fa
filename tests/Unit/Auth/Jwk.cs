using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hedgerow.Tests.Unit.Auth;

/// <summary>Writes keys as JWKs.</summary>
internal static class Jwk
{
    public static string Public(RSA rsa, string? algorithm = null, string? kid = null)
    {
        var key = rsa.ExportParameters(false);
        return Write(new() { ["kty"] = "RSA", ["alg"] = algorithm, ["kid"] = kid, ["n"] = Text(key.Modulus), ["e"] = Text(key.Exponent), ["key_ops"] = new[] { "verify" } });
    }

    public static string Private(RSA rsa, string kid)
    {
        var key = rsa.ExportParameters(true);
        return Write(new()
        {
            ["kty"] = "RSA", ["alg"] = "RS256", ["kid"] = kid, ["n"] = Text(key.Modulus), ["e"] = Text(key.Exponent), ["d"] = Text(key.D), ["p"] = Text(key.P),
            ["q"] = Text(key.Q), ["dp"] = Text(key.DP), ["dq"] = Text(key.DQ), ["qi"] = Text(key.InverseQ), ["key_ops"] = new[] { "sign", "verify" },
        });
    }

    public static string Private(ECDsa ecdsa, string curve, string kid)
    {
        var key = ecdsa.ExportParameters(true);
        return Write(new() { ["kty"] = "EC", ["crv"] = curve, ["kid"] = kid, ["x"] = Text(key.Q.X), ["y"] = Text(key.Q.Y), ["d"] = Text(key.D), ["key_ops"] = new[] { "sign", "verify" } });
    }

    public static string Secret(string kid, string secret) =>
        Write(new() { ["kty"] = "oct", ["kid"] = kid, ["alg"] = "HS256", ["k"] = Text(System.Text.Encoding.UTF8.GetBytes(secret)), ["key_ops"] = new[] { "verify" } });

    private static string Text(byte[]? bytes) => Base64Url.EncodeToString(bytes);

    private static string Write(Dictionary<string, object?> jwk) =>
        JsonSerializer.Serialize(jwk.Where(member => member.Value is not null).ToDictionary());
}
