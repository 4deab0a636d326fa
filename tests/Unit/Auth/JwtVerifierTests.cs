using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class JwtVerifierTests
{
    private static ApiError? Refusal(string token, JwtOptions? options = null) => Forge.Verifier(options).Verify(token).Caller.Error;

    private static Caller Accepted(string token, JwtOptions? options = null) =>
        Forge.Verifier(options).Verify(token).Caller.Ok(out var caller, out var error) ? caller : throw new InvalidOperationException(error.Message);

    [Fact]
    public void A_well_signed_token_names_its_role_and_keeps_its_claims_as_written()
    {
        var caller = Accepted(Forge.Hs256("""{"role":"authenticated", "big":12345678901234567890}"""));

        Assert.Equal("authenticated", caller.Role);
        Assert.Equal("""{"role":"authenticated", "big":12345678901234567890}""", caller.Claims);
    }

    [Fact]
    public void A_token_without_a_role_runs_as_the_anonymous_role_and_its_claims_say_so()
    {
        var caller = Accepted(Forge.Hs256("""{"id":1}"""));

        Assert.Equal(new Caller("anon", """{"id":1,"role":"anon"}"""), caller);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    public void An_unsecured_token_is_refused_however_none_is_written(string none)
    {
        var token = $"{Forge.Encode($$"""{"alg":"{{none}}"}""")}.{Forge.Encode("""{"role":"service_role"}""")}.";

        Assert.Equal(JwtErrors.Unsecured, Refusal(token));
    }

    [Fact]
    public void An_rsa_public_key_cannot_be_passed_off_as_an_hmac_secret()
    {
        using var rsa = RSA.Create(2048);
        var options = new JwtOptions { Secret = Jwk.Public(rsa) };
        var pem = Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem());

        foreach (var secret in new[] { pem, rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey() })
        {
            var forged = Forge.Signed("""{"alg":"HS256"}""", """{"role":"service_role"}""", input => HMACSHA256.HashData(secret, input));
            Assert.Equal(JwtErrors.NoSuitableKey, Refusal(forged, options));
        }
    }

    [Fact]
    public void A_token_may_only_use_its_keys_own_algorithm()
    {
        using var rsa = RSA.Create(2048);
        var options = new JwtOptions { Secret = Jwk.Public(rsa, "RS256") };
        string Token(string algorithm, HashAlgorithmName hash) => Forge.Signed($$"""{"alg":"{{algorithm}}"}""", """{"role":"a"}""",
            input => rsa.SignData(input, hash, RSASignaturePadding.Pkcs1));

        Assert.Null(Refusal(Token("RS256", HashAlgorithmName.SHA256), options));
        Assert.Equal(JwtErrors.NoSuitableKey, Refusal(Token("RS512", HashAlgorithmName.SHA512), options));
    }

    [Fact]
    public void A_wrong_signature_is_refused_and_so_is_a_truncated_one()
    {
        var token = Forge.Hs256("""{"role":"a"}""");

        Assert.Equal(JwtErrors.WrongSignature, Refusal(Forge.Hs256("""{"role":"a"}""", secret: "anotheranotheranotheranothersecret")));
        Assert.Equal(JwtErrors.WrongSignature, Refusal(token[..(token.LastIndexOf('.') + 1)]));
        Assert.Equal(JwtErrors.WrongSignature, Refusal(token[..^3]));
    }

    [Fact]
    public void A_payload_that_was_exchanged_is_refused()
    {
        var parts = Forge.Hs256("""{"role":"anon"}""").Split('.');

        Assert.Equal(JwtErrors.WrongSignature, Refusal($"{parts[0]}.{Forge.Encode("""{"role":"service_role"}""")}.{parts[2]}"));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","crit":["exp"],"exp":1}""")]
    [InlineData("""{"alg":"HS256","crit":[]}""")]
    [InlineData("""{"alg":"HS256","b64":false}""")]
    [InlineData("""{"alg":"none","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","kid":7}""")]
    [InlineData("""["HS256"]""")]
    [InlineData("""{"alg":"HS256"} """ + "x")]
    public void A_header_that_asks_for_more_or_says_two_things_is_refused(string header) =>
        Assert.Equal("PGRST301", Refusal(Forge.Hs256("""{"role":"a"}""", header))?.Code);

    [Theory]
    [InlineData("""{"alg":7}""")]
    [InlineData("""{}""")]
    [InlineData("""{"alg":"HS1"}""")]
    [InlineData("""{"alg":"hs256"}""")]
    [InlineData("""{"alg":"\ud800"}""")]
    public void An_algorithm_that_is_missing_or_unknown_is_refused(string header) =>
        Assert.Equal(JwtErrors.Unreadable, Refusal(Forge.Hs256("""{"role":"a"}""", header)));

    [Fact]
    public void One_token_has_one_spelling()
    {
        var token = Forge.Hs256("""{"role":"ab"}""");
        var last = token[^1];

        Assert.Null(Refusal(token));
        foreach (var other in new[] { token + "=", token + "\n", " " + token, token + "%3D", token[..^1] + (char)(last + 1), token.Replace('-', '+') + "+" })
            Assert.Equal("PGRST301", Refusal(other)?.Code);
    }

    [Theory]
    [InlineData("", "Empty JWT is sent in Authorization header")]
    [InlineData("a.b", "Expected 3 parts in JWT; got 2")]
    [InlineData("a.b.c.d.e", "Expected 3 parts in JWT; got 5")]
    public void What_has_not_three_parts_is_no_token(string token, string message) => Assert.Equal(message, Refusal(token)?.Message);

    [Theory]
    [InlineData("not.a.token")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.*.AAAA")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.*")]
    public void Parts_that_cannot_be_read_are_one_refusal_as_in_PostgREST(string token) =>
        Assert.Equal(("PGRST301", "JWT cryptographic operation failed", null), Refusal(token) is { } refusal ? (refusal.Code, refusal.Message, refusal.Details) : default);

    [Fact]
    public void An_oversized_token_is_refused_before_anything_is_decoded() =>
        Assert.Equal("PGRST301", Refusal(Forge.Hs256($$"""{"role":"a","x":"{{new string('x', SignedToken.MaxLength)}}"}"""))?.Code);

    [Theory]
    [InlineData("""{"role":"anon","role":"service_role"}""")]
    [InlineData("""{"role":"a","x":{"y":1,"y":2}}""")]
    [InlineData("""["role"]""")]
    [InlineData("""not JSON""")]
    [InlineData("""{"role":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    public void Claims_with_two_readings_or_none_are_refused(string payload) =>
        Assert.Equal(JwtErrors.ClaimsUnparsable, Refusal(Forge.Hs256(payload)));

    [Fact]
    public void Claims_that_are_not_utf8_are_refused()
    {
        var input = $"{Forge.Encode("""{"alg":"HS256"}""")}.{System.Buffers.Text.Base64Url.EncodeToString([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'])}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Forge.Secret), Encoding.ASCII.GetBytes(input));

        Assert.Equal(JwtErrors.ClaimsUnparsable, Refusal($"{input}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}"));
    }

    [Theory]
    [InlineData("exp", -31, "JWT expired")]
    [InlineData("exp", -30, null)]
    [InlineData("nbf", 31, "JWT not yet valid")]
    [InlineData("nbf", 30, null)]
    [InlineData("iat", 31, "JWT issued at future")]
    [InlineData("iat", 30, null)]
    public void Clocks_may_differ_by_thirty_seconds(string claim, int fromNow, string? message) =>
        Assert.Equal(message, Refusal(Forge.Hs256($$"""{"role":"a","{{claim}}":{{Forge.Now + fromNow}}}"""))?.Message);

    [Theory]
    [InlineData("""{"exp":"1"}""", "The JWT 'exp' claim must be a number")]
    [InlineData("""{"nbf":true}""", "The JWT 'nbf' claim must be a number")]
    [InlineData("""{"iat":[]}""", "The JWT 'iat' claim must be a number")]
    [InlineData("""{"aud":{}}""", "The JWT 'aud' claim must be a string or an array of strings")]
    [InlineData("""{"aud":["a",1]}""", "The JWT 'aud' claim must be a string or an array of strings")]
    public void A_claim_of_the_wrong_type_is_named(string payload, string message) =>
        Assert.Equal(("PGRST303", message), (Refusal(Forge.Hs256(payload))?.Code, Refusal(Forge.Hs256(payload))?.Message));

    /// <summary>In PostgREST's order each claim is read and judged before the next.</summary>
    [Theory]
    [InlineData("""{"exp":1,"nbf":"x"}""", "JWT expired")]
    [InlineData("""{"nbf":9999999999,"iat":"x"}""", "JWT not yet valid")]
    [InlineData("""{"exp":"x","nbf":9999999999}""", "The JWT 'exp' claim must be a number")]
    [InlineData("""{"iat":9999999999,"aud":1}""", "JWT issued at future")]
    public void Of_several_flaws_the_first_is_named(string payload, string message) => Assert.Equal(message, Refusal(Forge.Hs256(payload))?.Message);

    [Theory]
    [InlineData("""{"exp":null,"nbf":null,"iat":null,"aud":null}""")]
    [InlineData("""{"exp":9999999999.5}""")]
    public void A_claim_that_is_null_says_nothing_and_fractions_of_seconds_are_no_matter(string payload) =>
        Assert.Null(Refusal(Forge.Hs256(payload)));

    [Theory]
    [InlineData("""{"aud":"ours"}""", true)]
    [InlineData("""{"aud":["theirs","ours"]}""", true)]
    [InlineData("""{"aud":[]}""", true)]
    [InlineData("""{"aud":null}""", true)]
    [InlineData("""{}""", true)]
    [InlineData("""{"aud":""}""", false)]
    [InlineData("""{"aud":"theirs"}""", false)]
    [InlineData("""{"aud":["theirs"]}""", false)]
    public void A_token_for_another_audience_is_refused(string payload, bool accepted) =>
        Assert.Equal(accepted ? null : JwtErrors.NotInAudience, Refusal(Forge.Hs256(payload), Forge.Options with { Audience = "ours" }));

    [Fact]
    public void A_remembered_token_still_expires()
    {
        var clock = new FixedClock(Forge.Now);
        var verifier = Forge.Verifier(clock: clock);
        var token = Forge.Hs256($$"""{"role":"a","exp":{{Forge.Now + 60}}}""");

        var first = verifier.Verify(token);
        Assert.Same(first, verifier.Verify(token));
        clock.Seconds = Forge.Now + 91;
        Assert.Equal(JwtErrors.Expired, verifier.Verify(token).Caller.Error);
    }

    [Fact]
    public void A_key_that_was_replaced_vouches_for_nothing_any_more()
    {
        var verifier = Forge.Verifier();
        var token = Forge.Hs256("""{"role":"a"}""");
        Assert.Null(verifier.Verify(token).Caller.Error);

        verifier.Replace(JwtKeySet.From(new JwtOptions { Secret = "anotheranotheranotheranothersecret" }));

        Assert.Equal(JwtErrors.WrongSignature, verifier.Verify(token).Caller.Error);
    }

    [Fact]
    public void A_remembered_token_costs_no_allocation()
    {
        var verifier = Forge.Verifier();
        var token = Forge.Hs256("""{"role":"a"}""");
        for (var warm = 0; warm < 100; warm++) verifier.Verify(token);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++) verifier.Verify(token);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000, "verifying a remembered token allocates");
    }

    [Theory]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")]
    [InlineData("a.b")]
    [InlineData("")]
    public void Without_a_secret_every_token_is_the_servers_fault(string token) =>
        Assert.Equal((500, "PGRST300"), Refusal(token, new JwtOptions()) is { } refusal ? (refusal.Status, refusal.Code) : default);

    [Fact]
    public void A_refusal_challenges_with_its_reason() =>
        Assert.Equal(new("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"Expected 3 parts in JWT; got 2\""),
            Refusal("a.b")!.Headers.Single());
}
