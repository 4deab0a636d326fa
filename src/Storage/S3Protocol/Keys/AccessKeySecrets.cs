using System.Buffers.Text;
using System.Security.Cryptography;

namespace Hedgerow.Storage.S3Protocol.Keys;

/// <summary>
/// Secrets of access keys. SigV4 needs the secret itself, so no hash of it would do; instead of keeping it anywhere, it is derived from the key's id: a
/// copy of the database opens nothing, and every replica knows it.
/// </summary>
/// <param name="master">32 bytes, the same in every replica; null where the configuration has none: then there are no access keys.</param>
public sealed class AccessKeySecrets(byte[]? master)
{
    public bool IsAvailable => master is not null;

    /// <summary>256 bits as base64url.</summary>
    /// <exception cref="InvalidOperationException">There is no master key.</exception>
    public string Of(Guid key) => Base64Url.EncodeToString(
        HMACSHA256.HashData(master ?? throw new InvalidOperationException("Access keys need Encryption:PrivateKey."), key.ToByteArray(bigEndian: true)));
}
