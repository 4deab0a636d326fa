using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Tokens;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class JwtKeySetTests
{
    [Fact]
    public void Keys_of_every_kind_sign_what_they_verify()
    {
        using var rsa = RSA.Create(2048);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        string[] keys = [Jwk.Private(rsa, "r"), Jwk.Private(p256, "P-256", "a"), Jwk.Private(p384, "P-384", "b"), Jwk.Private(p521, "P-521", "c")];

        foreach (var key in keys)
        {
            var options = new JwtOptions { Keys = $"[{key}]" };
            var token = new JwtSigner(JwtKeySet.From(options)).Sign("""{"role":"a"}"""u8);
            Assert.Null(Forge.Verifier(options).Verify(token).Caller.Error);
        }
    }

    [Fact]
    public void A_kid_picks_its_key_and_an_unknown_kid_picks_none()
    {
        const string other = "otherotherotherotherothersecret!";
        var options = new JwtOptions { Secret = $$"""{"keys":[{{Jwk.Secret("one", Forge.Secret)}},{{Jwk.Secret("two", other)}}]}""" };
        string? Refused(string kid, string secret) =>
            Forge.Verifier(options).Verify(Forge.Hs256("{}", $$"""{"alg":"HS256","kid":"{{kid}}"}""", secret)).Caller.Error?.Details;

        Assert.Null(Refused("one", Forge.Secret));
        Assert.Null(Refused("two", other));
        Assert.Equal("None of the keys was able to decode the JWT", Refused("one", other));
        Assert.Equal("No suitable key was found to decode the JWT", Refused("three", other));
    }

    [Fact]
    public void The_published_set_holds_public_halves_only()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var set = JwtKeySet.From(new JwtOptions { Secret = Forge.Secret, Keys = $"[{Jwk.Private(p256, "P-256", "k1")}]" });

        using var published = JsonDocument.Parse(set.PublicJwks());
        var key = Assert.Single(published.RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal("k1", key.GetProperty("kid").GetString());
        Assert.False(key.TryGetProperty("d", out _));
    }

    [Fact]
    public void A_secret_beside_the_keys_still_verifies_what_it_signed_before_them()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new JwtOptions { Secret = Forge.Secret, Keys = $"[{Jwk.Private(p256, "P-256", "k1")}]" };

        Assert.Equal(JwtAlgorithm.ES256, JwtKeySet.From(options).Signer!.SigningAlgorithm);
        Assert.Null(Forge.Verifier(options).Verify(Forge.Hs256("""{"role":"anon"}""")).Caller.Error);
    }

    [Theory]
    [InlineData("dozen", "the secret has 5 bytes; it must have at least 32")]
    [InlineData("{nonsense", "not valid JSON")]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}""", "curve \"secp256k1\" is not supported")]
    [InlineData("""{"kty":"oct"}""", "\"k\" is missing")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""", "must have at least 2048")]
    public void A_secret_that_is_no_key_stops_the_start_with_its_reason(string secret, string reason)
    {
        var refusal = Assert.Throws<FormatException>(() => JwtKeySet.From(new JwtOptions { Secret = secret }));

        Assert.StartsWith("Jwt:Secret: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_for_encryption_in_a_providers_set_are_passed_over()
    {
        var options = new JwtOptions { Secret = $$"""{"keys":[{"kty":"RSA","use":"enc","alg":"RSA-OAEP","n":"AQAB","e":"AQAB"},{{Jwk.Secret("one", Forge.Secret)}}]}""" };

        Assert.Null(Forge.Verifier(options).Verify(Forge.Hs256("{}")).Caller.Error);
    }

    [Fact]
    public void A_base64_secret_is_its_bytes()
    {
        var options = new JwtOptions { Secret = Convert.ToBase64String(Encoding.UTF8.GetBytes(Forge.Secret)), SecretIsBase64 = true };

        Assert.Null(Forge.Verifier(options).Verify(Forge.Hs256("""{"role":"a"}""")).Caller.Error);
    }

    [Fact]
    public void A_passphrase_is_for_HS256_alone_and_a_JWK_for_what_its_length_allows()
    {
        var secret = string.Concat(Forge.Secret, Forge.Secret);
        var token = Forge.Signed("""{"alg":"HS512"}""", """{"role":"a"}""", input => HMACSHA512.HashData(Encoding.UTF8.GetBytes(secret), input));

        Assert.Equal(JwtErrors.NoSuitableKey, Forge.Verifier(new() { Secret = secret }).Verify(token).Caller.Error);
        Assert.Null(Forge.Verifier(new() { Secret = $$"""{"kty":"oct","k":"{{Forge.Encode(secret)}}"}""" }).Verify(token).Caller.Error);
    }

    [Fact]
    public void The_same_secret_role_and_time_give_the_same_api_key()
    {
        var signer = new JwtSigner(JwtKeySet.From(Forge.Options));
        var time = DateTimeOffset.FromUnixTimeSeconds(Forge.Now);

        Assert.Equal(ApiKeys.Mint(signer, "anon", time), ApiKeys.Mint(signer, "anon", time));
        Assert.NotEqual(ApiKeys.Mint(signer, "anon", time), ApiKeys.Mint(signer, "service_role", time));
    }
}
