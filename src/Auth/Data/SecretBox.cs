using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Auth.Data;

/// <summary>
/// Secrets at rest: <c>aes-gcm:</c> and base64 of nonce, tag and cipher text (AES-256-GCM). The row's id is authenticated with it, so
/// that a secret that is copied to another row opens nothing. What bears no such mark is a secret in clear, as GoTrue stores
/// it by default: factors imported from a Supabase project work as they are.
/// </summary>
/// <param name="key">32 bytes, the same in every replica; null where the configuration has none.</param>
public sealed class SecretBox(byte[]? key)
{
    private const string Mark = "aes-gcm:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Without a key no secret is stored: better none than one that a copy of the table gives away.</summary>
    public bool CanSeal => key is not null;

    /// <param name="row">The id of the row that holds it.</param>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public string Seal(Guid row, string secret)
    {
        var clear = Encoding.UTF8.GetBytes(secret);
        var sealedBytes = new byte[NonceBytes + TagBytes + clear.Length];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Cipher();
        aes.Encrypt(nonce, clear, sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), row.ToByteArray());
        return Mark + Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="InvalidOperationException">There is no key.</exception>
    /// <exception cref="CryptographicException">The key is another than the one that sealed it, or the row was tampered with.</exception>
    public string Open(Guid row, string stored)
    {
        if (!stored.StartsWith(Mark, StringComparison.Ordinal)) return stored;
        var sealedBytes = Convert.FromBase64String(stored[Mark.Length..]);
        var clear = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var aes = Cipher();
        aes.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), clear, row.ToByteArray());
        return Encoding.UTF8.GetString(clear);
    }

    private AesGcm Cipher() => new(key ?? throw new InvalidOperationException("Secrets are encrypted and Encryption:PrivateKey is missing."), TagBytes);
}
