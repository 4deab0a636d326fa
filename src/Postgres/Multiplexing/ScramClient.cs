using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// The client's side of SCRAM-SHA-256 without channel binding (RFC 5802 §5, RFC 7677; PostgreSQL documentation, 54.3 SASL Authentication).
/// The server proves that it knows the password's verifier as well.
/// </summary>
internal sealed class ScramClient
{
    public const string Mechanism = "SCRAM-SHA-256";

    /// <summary>GS2 header: no channel binding, no authorization identity. PostgreSQL takes the user from the startup packet.</summary>
    private const string Header = "n,,";

    private const int MostIterations = 10_000_000;

    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    private byte[] _serverSignature = [];

    private string Bare => $"n=,r={_nonce}";

    /// <summary>The exchange has begun, and the server has not proven itself yet.</summary>
    public bool IsUnfinished { get; private set; }

    public string Begin()
    {
        IsUnfinished = true;
        return Header + Bare;
    }

    /// <exception cref="FormatException">The server's message is not what the protocol says.</exception>
    public string Final(string serverFirst, string password)
    {
        if (serverFirst.Split(',') is not [['r', '=', .. var nonce], ['s', '=', .. var salt], ['i', '=', .. var count], ..]
            || !nonce.StartsWith(_nonce, StringComparison.Ordinal)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MostIterations)
            throw new FormatException("The server's SCRAM message cannot be read.");
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.ASCII.GetBytes(password), Convert.FromBase64String(salt), iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var withoutProof = $"c={Convert.ToBase64String(Encoding.ASCII.GetBytes(Header))},r={nonce}";
        var message = Encoding.ASCII.GetBytes($"{Bare},{serverFirst},{withoutProof}");
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var proof = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        for (var i = 0; i < proof.Length; i++) proof[i] ^= clientKey[i];
        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>Whether the server's last message proves that it knows the verifier.</summary>
    public bool Accepts(string serverFinal)
    {
        var accepted = _serverSignature.Length > 0 && serverFinal is ['v', '=', .. var signature]
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(Convert.ToBase64String(_serverSignature)));
        IsUnfinished &= !accepted;
        return accepted;
    }
}
