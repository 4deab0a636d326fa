namespace Hedgerow.Rest;

/// <param name="DecryptionKey">The private key for columns encrypted with pgcrypto, base64; set as <c>hedgerow.decryption_key</c> on calls only. Null: none.</param>
public sealed record RestSecrets(string? DecryptionKey);
