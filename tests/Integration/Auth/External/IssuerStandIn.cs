using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>An OpenID Connect provider that signs what a test wants signed.</summary>
public sealed class IssuerStandIn() : StandIn<Person>(new("/authorize", "/token", SecretInHeader: true))
{
    private RSA _key = RSA.Create(2048);
    private string _keyId = "one";

    /// <summary>What a test changes in the tokens that the token endpoint issues.</summary>
    public Action<JsonObject>? Meddle { get; set; }

    /// <summary>The token endpoint's tokens hold no profile: userinfo does.</summary>
    public bool TellsProfileInUserinfo { get; set; }

    /// <summary>What the discovery document says instead of the truth.</summary>
    public Dictionary<string, string> Lies { get; } = [];

    /// <summary>The way back names its issuer so.</summary>
    public string? NamesItself { get; set; }

    /// <summary>Signs with another key from now on, and publishes that alone.</summary>
    public void RotateKey() => (_key, _keyId) = (RSA.Create(2048), Guid.NewGuid().ToString());

    /// <summary>A token as the provider makes it, but for what <paramref name="meddle"/> changes.</summary>
    public string Token(Person person, Action<JsonObject>? meddle = null, RSA? key = null, string? header = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Url, ["sub"] = person.Id, ["aud"] = ClientId, ["iat"] = now, ["exp"] = now + 300 };
        if (!TellsProfileInUserinfo) AddProfile(claims, person);
        meddle?.Invoke(claims);
        var input = $"{Encode(header ?? $$"""{"alg":"RS256","kid":"{{_keyId}}"}""")}.{Encode(claims.ToJsonString())}";
        return $"{input}.{Base64Url.EncodeToString((key ?? _key).SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    /// <summary>The public key as text: what a forger would use as a shared secret.</summary>
    public byte[] PublicKey => Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem());

    public string KeyId => _keyId;

    protected override string CallbackExtras => NamesItself is null ? "" : $"&iss={Uri.EscapeDataString(NamesItself)}";

    protected override string TokenExtras(Person person, string accessToken, string? nonce) =>
        $$""","id_token":"{{Token(person, claims =>
        {
            claims["nonce"] = nonce;
            claims["at_hash"] = HalfHash(accessToken);
            Meddle?.Invoke(claims);
        })}}" """;

    public static string HalfHash(string accessToken) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(accessToken)).AsSpan(0, 16));

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    protected override string? Resource(string path, Person person)
    {
        if (path != "/userinfo") return null;
        var claims = new JsonObject { ["sub"] = person.Id };
        AddProfile(claims, person);
        return claims.ToJsonString();
    }

    protected override string? Published(string path)
    {
        var key = _key.ExportParameters(false);
        return path switch
        {
            "/.well-known/openid-configuration" => JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["issuer"] = Url, ["authorization_endpoint"] = $"{Url}/authorize", ["token_endpoint"] = $"{Url}/token", ["userinfo_endpoint"] = $"{Url}/userinfo", ["jwks_uri"] = $"{Url}/keys",
            }.Concat(Lies).GroupBy(pair => pair.Key).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value)),
            "/keys" => JsonSerializer.Serialize(new
            {
                keys = new object[]
                {
                    new { kty = "OKP", crv = "X25519", kid = "unknown here", x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
                    new { kty = "RSA", kid = _keyId, use = "sig", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) },
                },
            }),
            _ => null,
        };
    }

    private static void AddProfile(JsonObject claims, Person person)
    {
        claims["name"] = person.Name;
        claims["email"] = person.Email;
        claims["email_verified"] = person.IsVerified;
        claims["picture"] = "https://issuer.test/ada.png";
        claims["groups"] = new JsonArray("engineers");
    }
}
