using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

public sealed class SigningKeyTests
{
    [Fact]
    public async Task An_elliptic_key_signs_tokens_that_every_room_takes_and_its_public_half_is_published()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var platform = await TestPlatform.StartAsync(("Jwt:Keys", $"[{Private(key)}]"));

        var user = await platform.SignUpAsync();

        var parts = user.AccessToken.Split('.');
        var header = JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(parts[0]));
        Assert.Equal(("ES256", "k1"), (header.GetProperty("alg").GetString(), header.GetProperty("kid").GetString()));
        Assert.Equal(200, (await user.Http.SendAsync("GET", "/auth/v1/user")).Status);
        Assert.Equal(200, (await user.Http.SendAsync("GET", "/rest/v1/projects?limit=1")).Status);

        var published = (await platform.Anonymous.SendAsync("GET", "/auth/v1/.well-known/jwks.json")).Json.GetProperty("keys")[0];
        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(published.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(published.GetProperty("y").GetString()) },
        });
        Assert.True(verifier.VerifyData(System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        Assert.False(published.TryGetProperty("d", out _));
    }

    [Fact]
    public async Task A_shared_secret_is_never_published()
    {
        await using var platform = await TestPlatform.StartAsync();

        Assert.Equal(0, (await platform.Anonymous.SendAsync("GET", "/.well-known/jwks.json")).Json.GetProperty("keys").GetArrayLength());
    }

    private static string Private(ECDsa key)
    {
        var numbers = key.ExportParameters(true);
        return JsonSerializer.Serialize(new
        {
            kty = "EC",
            crv = "P-256",
            kid = "k1",
            x = Base64Url.EncodeToString(numbers.Q.X),
            y = Base64Url.EncodeToString(numbers.Q.Y),
            d = Base64Url.EncodeToString(numbers.D),
            key_ops = new[] { "sign", "verify" },
        });
    }
}
