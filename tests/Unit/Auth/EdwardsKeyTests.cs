using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;

namespace Hedgerow.Tests.Unit.Auth;

/// <summary>EdDSA, by the examples of RFC 8037 (appendix A) and RFC 8032 (7.4) and by what must not pass.</summary>
public sealed class EdwardsKeyTests
{
    private const string X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private const string D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    private const string Public = $$"""{"kty":"OKP","crv":"Ed25519","x":"{{X}}"}""";
    private const string Private = $$"""{"kty":"OKP","crv":"Ed25519","kid":"ed","d":"{{D}}","x":"{{X}}"}""";

    /// <summary>RFC 8037, A.4: the payload is the text "Example of Ed25519 signing".</summary>
    private const string Signed =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    [Fact]
    public void The_standard_s_token_opens_with_the_standard_s_key() =>
        Assert.Equal("Example of Ed25519 signing", Encoding.ASCII.GetString(Open(Signed, Public).Payload));

    [Fact]
    public void The_standard_s_key_signs_the_standard_s_token()
    {
        var input = Signed[..Signed.LastIndexOf('.')];
        Assert.Equal(Signed[(input.Length + 1)..], Base64Url.EncodeToString(JwkReader.Read(Private)[0].Sign(Encoding.ASCII.GetBytes(input))));
    }

    [Fact]
    public void The_larger_curve_verifies_too()
    {
        // RFC 8032, 7.4, "1 octet".
        var key = JwkReader.Read($$"""{"kty":"OKP","crv":"Ed448","x":"{{Base64Url.EncodeToString(Convert.FromHexString(
            "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480"))}}"}""")[0];
        var signature = Convert.FromHexString(
            "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
            + "cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00");
        Assert.True(key.Verify(JwtAlgorithm.EdDSA, [3], signature));
        Assert.False(key.Verify(JwtAlgorithm.EdDSA, [4], signature));
    }

    [Fact]
    public void Another_key_s_signature_a_changed_one_and_a_cut_one_are_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var verifier = Forge.Verifier(new() { Secret = Public });
        Refuses(verifier, Forge.Signed("""{"alg":"EdDSA"}""", """{"role":"a"}""", input => stranger.SignData(input, HashAlgorithmName.SHA256)), JwtErrors.WrongSignature);
        Refuses(verifier, Forge.Signed("""{"alg":"EdDSA"}""", """{"role":"a"}""", _ => []), JwtErrors.WrongSignature);
        Refuses(verifier, Forge.Signed("""{"alg":"EdDSA"}""", """{"role":"a"}""", _ => new byte[64]), JwtErrors.WrongSignature);
        // The right token for another payload.
        var parts = Signed.Split('.');
        Refuses(verifier, $"{parts[0]}.{Forge.Encode("""{"role":"admin"}""")}.{parts[2]}", JwtErrors.WrongSignature);
    }

    [Fact]
    public void No_other_algorithm_takes_the_key_and_no_other_key_the_algorithm()
    {
        var octets = Base64Url.DecodeFromChars(X);
        Refuses(Forge.Verifier(new() { Secret = Public }),
            Forge.Signed("""{"alg":"HS256"}""", """{"role":"a"}""", input => HMACSHA256.HashData(octets, input)), JwtErrors.NoSuitableKey);
        Refuses(Forge.Verifier(), Signed, JwtErrors.NoSuitableKey);
    }

    [Fact]
    public void A_signing_key_is_published_without_its_private_half()
    {
        var keys = JwtKeySet.From(new() { Secret = Private });
        Assert.Null(Forge.Verifier(new() { Secret = Private }).Verify(new JwtSigner(keys).Sign("""{"role":"a"}"""u8)).Caller.Error);

        using var published = JsonDocument.Parse(keys.PublicJwks());
        var key = Assert.Single(published.RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal(("ed", "EdDSA", "Ed25519", X), (Text(key, "kid"), Text(key, "alg"), Text(key, "crv"), Text(key, "x")));
        Assert.False(key.TryGetProperty("d", out _));

        static string? Text(JsonElement key, string name) => key.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AA"}""", "do not make a key")]
    [InlineData($$"""{"kty":"OKP","crv":"Ed448","x":"{{X}}"}""", "do not make a key")]
    [InlineData($$"""{"kty":"OKP","crv":"Ed25519","x":"{{X}}","d":"AA"}""", "do not make a key")]
    [InlineData($$"""{"kty":"OKP","crv":"Ed25519","x":"{{D}}","d":"{{D}}"}""", "do not make a key")]
    [InlineData($$"""{"kty":"OKP","crv":"X25519","x":"{{X}}"}""", "curve \"X25519\" is not supported (Ed25519 and Ed448 are)")]
    [InlineData($$"""{"kty":"OKP","alg":"ES256","crv":"Ed25519","x":"{{X}}"}""", "algorithm \"ES256\" does not suit the key")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519"}""", "\"x\" is missing")]
    public void What_is_no_key_stops_the_start_with_its_reason(string secret, string reason)
    {
        var refusal = Assert.Throws<FormatException>(() => JwtKeySet.From(new JwtOptions { Secret = secret }));
        Assert.StartsWith("Jwt:Secret: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private static OpenedToken Open(string token, string jwk)
    {
        Assert.True(SignedToken.Open(token, JwkReader.Read(jwk)).Ok(out var opened, out var error), error?.Message);
        return opened;
    }

    private static void Refuses(JwtVerifier verifier, string token, ApiError expected) =>
        Assert.Equal(expected, verifier.Verify(token).Caller.Error);
}
