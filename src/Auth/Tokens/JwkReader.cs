using System.Security.Cryptography;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Reads JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037): <c>oct</c>, <c>RSA</c>, <c>EC</c> and <c>OKP</c>. <c>OKP</c> (EdDSA) is refused at the
/// start where the platform has none: a key that silently verified nothing would be found out by users who cannot sign in.
/// </summary>
public static class JwkReader
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The keys in <paramref name="json"/>: one JWK, an array of them, or a set (<c>{"keys": […]}</c>).</summary>
    /// <exception cref="FormatException">It is none of these, or a key in it cannot be used; the message says which and why.</exception>
    public static IReadOnlyList<JwtKey> Read(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, s_strict);
        }
        catch (JsonException e)
        {
            throw new FormatException($"not valid JSON (line {e.LineNumber + 1})", e);
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array) return ReadAll(root);
            if (root.ValueKind != JsonValueKind.Object) throw new FormatException("neither a JWK nor a set of them");
            return root.TryGetProperty("keys", out var keys)
                ? keys.ValueKind == JsonValueKind.Array ? ReadAll(keys) : throw new FormatException("\"keys\" is not an array")
                : [ReadOne(root)];
        }
    }

    /// <summary>
    /// The public signature keys of another server's set. What this server cannot use (encryption keys, kinds it does not know, and symmetric
    /// keys, which have no business there) is passed over: a provider may publish more than it signs with.
    /// </summary>
    /// <exception cref="FormatException">It is no key set.</exception>
    public static JwtKey[] ReadForeign(JsonElement set)
    {
        if (set.ValueKind != JsonValueKind.Object || !set.TryGetProperty("keys", out var array) || array.ValueKind != JsonValueKind.Array)
            throw new FormatException("not a set of JSON Web Keys");
        var keys = new List<JwtKey>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray())
        {
            try
            {
                if (element.ValueKind == JsonValueKind.Object && Text(element, "use") is null or "sig" && ReadOne(element) is var key and not HmacKey) keys.Add(key);
            }
            catch (FormatException)
            {
                // Of no use here; a token that it signed finds no key and is refused.
            }
        }
        return [.. keys];
    }

    private static List<JwtKey> ReadAll(JsonElement array)
    {
        var keys = new List<JwtKey>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray())
        {
            if (IsForEncryption(element)) continue;
            try
            {
                keys.Add(ReadOne(element));
            }
            catch (FormatException e)
            {
                throw new FormatException($"key {keys.Count + 1}: {e.Message}", e);
            }
        }
        return keys;
    }

    private static JwtKey ReadOne(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object) throw new FormatException("not a JSON object");
        var algorithmName = Text(jwk, "alg");
        var algorithm = JwtAlgorithms.Named(algorithmName);
        if (algorithmName is not null && algorithm is null) throw new FormatException($"algorithm \"{algorithmName}\" is not supported");
        var id = Text(jwk, "kid");
        JwtKey key = Text(jwk, "kty") switch
        {
            "oct" => new HmacKey(Bytes(jwk, "k"), id, algorithm) { CanSign = MaySign(jwk, hasPrivate: true) },
            "RSA" => ReadRsa(jwk, id, algorithm),
            "EC" => ReadElliptic(jwk, id, algorithm),
            "OKP" => ReadEdwards(jwk, id, algorithm),
            null => throw new FormatException("\"kty\" is missing"),
            var other => throw new FormatException($"key type \"{other}\" is not supported (oct, RSA, EC and OKP are)"),
        };
        if (algorithm is { } only && !key.Accepts(only)) throw new FormatException($"algorithm \"{only}\" does not suit the key");
        return key;
    }

    /// <summary>RFC 7517, 4.2: identity providers publish such keys in the same set (Keycloak does); they sign nothing.</summary>
    private static bool IsForEncryption(JsonElement jwk) =>
        jwk.ValueKind == JsonValueKind.Object && jwk.TryGetProperty("use", out var use) && use.ValueKind == JsonValueKind.String && use.ValueEquals("enc");

    private static RsaKey ReadRsa(JsonElement jwk, string? id, JwtAlgorithm? algorithm)
    {
        var key = new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") };
        var hasPrivate = jwk.TryGetProperty("d", out _);
        if (hasPrivate)
        {
            // The base library wants every private number at its full length; a JWK may drop leading zeros.
            var whole = key.Modulus.Length;
            var half = (whole + 1) / 2;
            key.D = Padded(jwk, "d", whole);
            key.P = Padded(jwk, "p", half);
            key.Q = Padded(jwk, "q", half);
            key.DP = Padded(jwk, "dp", half);
            key.DQ = Padded(jwk, "dq", half);
            key.InverseQ = Padded(jwk, "qi", half);
        }
        return new RsaKey(Import(() => RSA.Create(key)), id, algorithm) { CanSign = MaySign(jwk, hasPrivate) };
    }

    private static EllipticKey ReadElliptic(JsonElement jwk, string? id, JwtAlgorithm? algorithm)
    {
        var curve = EllipticCurve.Named(Text(jwk, "crv"))
            ?? throw new FormatException($"curve \"{Text(jwk, "crv")}\" is not supported (P-256, P-384 and P-521 are)");
        var hasPrivate = jwk.TryGetProperty("d", out _);
        var key = new ECParameters
        {
            Curve = curve.Curve,
            Q = new ECPoint { X = Padded(jwk, "x", curve.CoordinateBytes), Y = Padded(jwk, "y", curve.CoordinateBytes) },
            D = hasPrivate ? Padded(jwk, "d", curve.CoordinateBytes) : null,
        };
        return new EllipticKey(Import(() => ECDsa.Create(key)), curve, id, algorithm) { CanSign = MaySign(jwk, hasPrivate) };
    }

    private static EdwardsKey ReadEdwards(JsonElement jwk, string? id, JwtAlgorithm? algorithm)
    {
        if (!EdwardsKey.IsSupported)
            throw new FormatException("key type \"OKP\" (EdDSA) needs OpenSSL, which this platform has not; use an EC key (ES256)");
        var curve = EdwardsCurve.Named(Text(jwk, "crv"))
            ?? throw new FormatException($"curve \"{Text(jwk, "crv")}\" is not supported (Ed25519 and Ed448 are)");
        var hasPrivate = jwk.TryGetProperty("d", out _);
        var (x, d) = (Bytes(jwk, "x"), hasPrivate ? Bytes(jwk, "d") : null);
        return Import(() => EdwardsKey.From(curve, x, d, id, algorithm, canSign: MaySign(jwk, hasPrivate)));
    }

    private static T Import<T>(Func<T> import)
    {
        try
        {
            return import();
        }
        catch (CryptographicException e)
        {
            throw new FormatException("its numbers do not make a key", e);
        }
    }

    /// <summary>RFC 7517, 4.3: an absent <c>key_ops</c> allows everything the key can do.</summary>
    private static bool MaySign(JsonElement jwk, bool hasPrivate)
    {
        if (!hasPrivate || !jwk.TryGetProperty("key_ops", out var operations)) return hasPrivate;
        if (operations.ValueKind != JsonValueKind.Array) throw new FormatException("\"key_ops\" is not an array");
        foreach (var operation in operations.EnumerateArray())
        {
            if (operation.ValueKind == JsonValueKind.String && operation.ValueEquals("sign")) return true;
        }
        return false;
    }

    private static string? Text(JsonElement jwk, string name) =>
        !jwk.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new FormatException($"\"{name}\" is not a string");

    private static byte[] Bytes(JsonElement jwk, string name) =>
        Base64UrlText.Decode(Text(jwk, name) ?? throw new FormatException($"\"{name}\" is missing"))
            ?? throw new FormatException($"\"{name}\" is not base64url");

    private static byte[] Padded(JsonElement jwk, string name, int length)
    {
        var bytes = Bytes(jwk, name);
        if (bytes.Length > length) throw new FormatException($"\"{name}\" is too long");
        if (bytes.Length == length) return bytes;
        var padded = new byte[length];
        bytes.CopyTo(padded, length - bytes.Length);
        return padded;
    }
}
