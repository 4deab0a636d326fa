using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens;

/// <summary>The keys in force: all of them verify, at most one signs.</summary>
public sealed class JwtKeySet
{
    private JwtKeySet(ImmutableArray<JwtKey> keys, JwtKey? signer) => (Keys, Signer) = (keys, signer);

    /// <summary>Every key, in the order in which a token without a <c>kid</c> is tried.</summary>
    public ImmutableArray<JwtKey> Keys { get; }

    /// <summary>The key that signs new tokens; null where only public keys are known.</summary>
    public JwtKey? Signer { get; }

    /// <summary>No secret and no key was configured: every token is refused with PGRST300.</summary>
    public bool IsEmpty => Keys.IsEmpty;

    /// <summary>The keys that <paramref name="options"/> name.</summary>
    /// <exception cref="FormatException">A key cannot be used; the message begins with the setting's name.</exception>
    public static JwtKeySet From(JwtOptions options)
    {
        var keys = ImmutableArray.CreateBuilder<JwtKey>();
        JwtKey? signer = null;
        if (options.Keys.Length > 0)
        {
            keys.AddRange(Read("Jwt:Keys", () => JwkReader.Read(options.Keys)));
            var signers = keys.Where(key => key.CanSign).ToList();
            if (signers.Count != 1)
                throw new FormatException($"Jwt:Keys: exactly one key must have \"sign\" in its key_ops; {signers.Count} have");
            signer = signers[0];
        }
        if (options.Secret.Length > 0)
        {
            var fromSecret = Read("Jwt:Secret", () => FromSecret(options));
            keys.AddRange(fromSecret);
            signer ??= fromSecret.FirstOrDefault(key => key.CanSign);
        }
        return new JwtKeySet(keys.ToImmutable(), signer);
    }

    /// <summary>These keys and <paramref name="others"/>.</summary>
    /// <param name="signer">The one that signs; null: the present one.</param>
    public JwtKeySet With(IEnumerable<JwtKey> others, JwtKey? signer) => new([.. Keys, .. others], signer ?? Signer);

    /// <summary>The public halves as a JWK set (RFC 7517, 5), UTF-8: what <c>/.well-known/jwks.json</c> answers.</summary>
    public byte[] PublicJwks()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in Keys) key.WritePublic(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static IReadOnlyList<JwtKey> FromSecret(JwtOptions options)
    {
        if (options.SecretIsBase64) return [Passphrase(FromBase64(options.Secret))];
        return options.Secret.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal)
            ? JwkReader.Read(options.Secret)
            : [Passphrase(Encoding.UTF8.GetBytes(options.Secret))];
    }

    /// <summary>For HS256 alone, as in PostgREST and GoTrue: who means another algorithm gives a JWK.</summary>
    private static HmacKey Passphrase(byte[] secret) => new(secret, algorithm: JwtAlgorithm.HS256) { CanSign = true };

    /// <summary>Both alphabets are taken, as PostgREST does.</summary>
    private static byte[] FromBase64(string text)
    {
        var standard = text.Trim().Replace('-', '+').Replace('_', '/').Replace('.', '=');
        try
        {
            return Convert.FromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException e)
        {
            throw new FormatException("not base64, though Jwt:SecretIsBase64 says so", e);
        }
    }

    private static IReadOnlyList<JwtKey> Read(string setting, Func<IReadOnlyList<JwtKey>> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new FormatException($"{setting}: {e.Message}", e);
        }
    }
}
