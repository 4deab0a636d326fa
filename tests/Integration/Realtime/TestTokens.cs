using System.Text.Json;
using Hedgerow.Auth.Tokens;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>Tokens as the Auth room signs them, with a lifetime that a test can outlive.</summary>
public static class TestTokens
{
    public static string For(Guid user, TimeSpan lifetime) => new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = TestPlatform.JwtSecret })).Sign(
        JsonSerializer.SerializeToUtf8Bytes(new { sub = user, role = "authenticated", exp = DateTimeOffset.UtcNow.Add(lifetime).ToUnixTimeSeconds(), jti = Guid.NewGuid() }));
}
