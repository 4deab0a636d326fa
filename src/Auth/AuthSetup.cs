using Hedgerow.Auth.Tokens;

namespace Hedgerow.Auth;

/// <summary>What the host tells the room.</summary>
/// <param name="Options">Section <c>Auth</c>.</param>
/// <param name="Keys">The configured keys; one of them signs until a rotation adds another.</param>
/// <param name="Jwt">Section <c>Jwt</c>.</param>
/// <param name="ExternalUrl">The room's address as clients reach it, without a trailing slash.</param>
/// <param name="Issuer">The <c>iss</c> claim of access tokens.</param>
/// <param name="OneTimeTokenKey">The HMAC key of one-time tokens; the same in every replica.</param>
/// <param name="FactorSecretKey">32 bytes that encrypt TOTP secrets, the same in every replica; null: nobody can enrol an authenticator app.</param>
/// <param name="ProviderSecretKey">32 bytes that encrypt other providers' secrets, the same in every replica; null: none can be added over HTTP.</param>
/// <param name="SigningKeyKey">32 bytes that encrypt the signing keys in the database; null: no key can be rotated.</param>
public sealed record AuthSetup(AuthOptions Options, JwtKeySet Keys, JwtOptions Jwt, string ExternalUrl, string Issuer, byte[] OneTimeTokenKey, byte[]? FactorSecretKey, byte[]? SigningKeyKey, byte[]? ProviderSecretKey);
