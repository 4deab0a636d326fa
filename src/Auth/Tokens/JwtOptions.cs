namespace Hedgerow.Auth.Tokens;

/// <summary>
/// How tokens are signed and verified. Section <c>Jwt</c>; the names and meanings are PostgREST's (Configuration, <c>jwt-*</c>)
/// and GoTrue's (<c>GOTRUE_JWT_*</c>).
/// </summary>
public sealed record JwtOptions
{
    /// <summary>
    /// A passphrase of at least 32 bytes (HS256), or a JWK, or a JWK set as JSON: RS/PS/ES/HS 256, 384 and 512, and EdDSA where the platform has OpenSSL
    /// (elsewhere such a key stops the start, and such a token is answered 401). Empty: no token can be verified, and a request
    /// that carries one is answered with PGRST300. <c>@file</c>: what stands in that file.
    /// </summary>
    public string Secret { get; init; } = "";

    /// <summary><see cref="Secret"/> is the base64 form of the secret's bytes.</summary>
    public bool SecretIsBase64 { get; init; }

    /// <summary>
    /// A JSON array of JWKs as <c>GOTRUE_JWT_KEYS</c> takes it: every key verifies, the one whose <c>key_ops</c> holds <c>sign</c> signs.
    /// Empty: <see cref="Secret"/> alone signs and verifies.
    /// </summary>
    public string Keys { get; init; } = "";

    /// <summary>Tokens must name this audience, or none. Empty: every audience is taken.</summary>
    public string Audience { get; init; } = "";

    /// <summary>Where the role stands in the claims, as a JSON path (RFC 9535) or in the notation of PostgREST v14.</summary>
    public string RoleClaimKey { get; init; } = "$.role";

    /// <summary>Verified tokens remembered at most. 0: none.</summary>
    public int CacheMaxEntries { get; init; } = 4096;

    /// <summary>The <c>iss</c> claim of tokens signed here. Empty: the address of <c>/auth/v1</c>.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>Seconds between two looks at the keys that <c>hedgerow keys rotate</c> adds. A new key signs after three of them, when every gateway knows it.</summary>
    public int KeysReloadSeconds { get; init; } = 5;

    /// <summary>Seconds that an access token is valid for.</summary>
    public int Expiry { get; init; } = 3600;
}
