namespace Hedgerow.Gateway.Configuration;

/// <summary>Encrypted columns. Section <c>Encryption</c>.</summary>
public sealed record EncryptionOptions
{
    /// <summary>The private OpenPGP key, base64 of its binary form. The database holds the public half only. Empty: nothing can be decrypted, and
    /// nobody can enrol an authenticator app, whose secrets are encrypted with a key made from this one; nor can signing keys be rotated, nor are there access keys for the S3 protocol. Whoever replaces it makes those factors and access keys useless, and must delete the rows of <c>hedgerow.jwt_keys</c>.</summary>
    public string PrivateKey { get; init; } = "";
}
