using System.Text.Json;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// One key. It is the key that says which algorithms it works with, never the token: a public RSA key can therefore not be
/// passed off as an HMAC secret (the "algorithm confusion" of RFC 8725, 2.1).
/// </summary>
/// <param name="id">The key's <c>kid</c>, or null.</param>
/// <param name="algorithm">The JWK's <c>alg</c>: the only algorithm it may be used with; null for all that suit its kind.</param>
public abstract class JwtKey(string? id, JwtAlgorithm? algorithm)
{
    /// <summary>The <c>kid</c>, or null.</summary>
    public string? Id { get; } = id;

    /// <summary>The only algorithm this key may be used with, or null.</summary>
    protected JwtAlgorithm? Restriction { get; } = algorithm;

    /// <summary>True where the private half is there and the key's <c>key_ops</c> allow to sign.</summary>
    public bool CanSign { get; init; }

    /// <summary>The algorithm this key signs with.</summary>
    public abstract JwtAlgorithm SigningAlgorithm { get; }

    /// <summary>Whether this key is one for <paramref name="algorithm"/>.</summary>
    public bool Accepts(JwtAlgorithm algorithm) =>
        Suits(algorithm) && (Restriction is null || Restriction == algorithm);

    /// <summary>Whether keys of this kind (and length, and curve) work with <paramref name="algorithm"/>.</summary>
    protected abstract bool Suits(JwtAlgorithm algorithm);

    /// <summary>Whether <paramref name="signature"/> is this key's over <paramref name="input"/>. Callers ask <see cref="Accepts"/> first.</summary>
    public abstract bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature);

    /// <summary>The signature over <paramref name="input"/> by <see cref="SigningAlgorithm"/>.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> input);

    /// <summary>Writes the public half as a JWK. A symmetric key has none and writes nothing.</summary>
    public void WritePublic(Utf8JsonWriter json)
    {
        if (PublicMembers() is not { } members) return;
        json.WriteStartObject();
        json.WriteString("kty", members.KeyType);
        if (Id is not null) json.WriteString("kid", Id);
        json.WriteString("use", "sig");
        json.WriteString("alg", SigningAlgorithm.ToString());
        foreach (var (name, value) in members.Others) json.WriteString(name, value);
        json.WriteStartArray("key_ops");
        json.WriteStringValue("verify");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The JWK's <c>kty</c> and what goes with it, of the public half; null where there is none.</summary>
    protected abstract (string KeyType, (string Name, string Value)[] Others)? PublicMembers();
}
