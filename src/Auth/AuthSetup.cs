using Hedgerow.Auth.Tokens;

namespace Hedgerow.Auth;

/// <summary>What the host tells the room.</summary>
/// <param name="Options">Section <c>Auth</c>.</param>
/// <param name="Keys">The keys in force; one of them signs.</param>
/// <param name="ExternalUrl">The room's address as clients reach it, without a trailing slash.</param>
/// <param name="Issuer">The <c>iss</c> claim of access tokens.</param>
/// <param name="Lifetime">Seconds that an access token is valid for.</param>
/// <param name="OneTimeTokenKey">The HMAC key of one-time tokens; the same in every replica.</param>
/// <param name="FactorSecretKey">32 bytes that encrypt TOTP secrets, the same in every replica; null: nobody can enrol an authenticator app.</param>
public sealed record AuthSetup(AuthOptions Options, JwtKeySet Keys, string ExternalUrl, string Issuer, int Lifetime, byte[] OneTimeTokenKey, byte[]? FactorSecretKey);
