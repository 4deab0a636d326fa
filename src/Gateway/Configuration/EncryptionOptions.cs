namespace Hedgerow.Gateway.Configuration;

/// <summary>Encrypted columns. Section <c>Encryption</c>.</summary>
public sealed record EncryptionOptions
{
    /// <summary>The private OpenPGP key, base64 of its binary form. The database holds the public half only. Empty: nothing can be decrypted.</summary>
    public string PrivateKey { get; init; } = "";
}
