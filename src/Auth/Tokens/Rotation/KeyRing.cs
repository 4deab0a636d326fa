namespace Hedgerow.Auth.Tokens.Rotation;

/// <summary>The keys in force in this process: the configured ones and those that rotations added. Whoever signs or publishes asks it each time.</summary>
public sealed class KeyRing(JwtKeySet configured)
{
    private volatile Ring _ring = new(configured);

    /// <summary>Every key that verifies.</summary>
    public JwtKeySet Keys => _ring.Keys;

    /// <summary>Signs with the present key.</summary>
    /// <exception cref="FormatException">There is none: a gateway that only verifies needs none.</exception>
    public JwtSigner Signer => _ring.Signer;

    /// <summary>The public keys as a JWK set.</summary>
    public ReadOnlyMemory<byte> PublicJwks => _ring.PublicJwks;

    /// <summary>Takes <paramref name="stored"/> beside the configured keys.</summary>
    /// <param name="signer">The one of them that signs; null: the configured one.</param>
    /// <returns>All keys.</returns>
    public JwtKeySet Replace(IEnumerable<JwtKey> stored, JwtKey? signer)
    {
        var keys = configured.With(stored, signer);
        _ring = new Ring(keys);
        return keys;
    }

    private sealed class Ring(JwtKeySet keys)
    {
        private readonly Lazy<JwtSigner> _signer = new(() => new JwtSigner(keys));

        public JwtKeySet Keys { get; } = keys;
        public JwtSigner Signer => _signer.Value;
        public ReadOnlyMemory<byte> PublicJwks { get; } = keys.PublicJwks();
    }
}
