using System.Text.Json;

namespace Hedgerow.Auth.Tokens;

/// <summary>The project's two long-lived keys, as Supabase makes them: tokens that only name a role.</summary>
public static class ApiKeys
{
    /// <summary>Years that a key is valid for.</summary>
    public const int Years = 10;

    /// <summary>
    /// A key for <paramref name="role"/> (<c>anon</c> or <c>service_role</c>). The same secret, role and
    /// <paramref name="issuedAt"/> give the same key where the algorithm is deterministic (HMAC, RSA PKCS#1).
    /// </summary>
    public static string Mint(JwtSigner signer, string role, DateTimeOffset issuedAt) =>
        signer.Sign(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = "hedgerow",
            ["role"] = role,
            ["iat"] = issuedAt.ToUnixTimeSeconds(),
            ["exp"] = issuedAt.AddYears(Years).ToUnixTimeSeconds(),
        }));
}
