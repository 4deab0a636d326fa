using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Auth.Mfa;

/// <summary>
/// TOTP secrets at rest: <c>aes-gcm:</c> and base64 of nonce, tag and cipher text (AES-256-GCM). The factor's id is authenticated with
/// it, so that a secret that is copied to another row opens nothing. What bears no such mark is a secret in clear, as GoTrue stores
/// it by default: factors imported from a Supabase project work as they are.
/// </summary>
/// <param name="key">32 bytes, the same in every replica; null where the configuration has none.</param>
public sealed class FactorSecrets(byte[]? key)
{
    private const string Mark = "aes-gcm:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Without a key no secret is stored: better no second factor than one that a copy of the table gives away.</summary>
    public bool CanSeal => key is not null;

    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public string Seal(Guid factor, string secret)
    {
        var clear = Encoding.ASCII.GetBytes(secret);
        var sealedBytes = new byte[NonceBytes + TagBytes + clear.Length];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = Cipher();
        aes.Encrypt(nonce, clear, sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), factor.ToByteArray());
        return Mark + Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="InvalidOperationException">There is no key.</exception>
    /// <exception cref="CryptographicException">The key is another than the one that sealed it, or the row was tampered with.</exception>
    public string Open(Guid factor, string stored)
    {
        if (!stored.StartsWith(Mark, StringComparison.Ordinal)) return stored;
        var sealedBytes = Convert.FromBase64String(stored[Mark.Length..]);
        var clear = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var aes = Cipher();
        aes.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), clear, factor.ToByteArray());
        return Encoding.ASCII.GetString(clear);
    }

    private AesGcm Cipher() =>
        new(key ?? throw new InvalidOperationException("TOTP secrets are encrypted and Encryption:PrivateKey is missing."), TagBytes);
}
