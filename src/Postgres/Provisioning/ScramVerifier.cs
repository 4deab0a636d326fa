using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Postgres.Provisioning;

/// <summary>
/// What PostgreSQL stores in place of a password, computed here, so that the clear text travels nowhere: neither to the server nor to its log.
/// <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>. Sources: RFC 5802 §3, RFC 7677; PostgreSQL documentation, pg_authid.
/// </summary>
public static class ScramVerifier
{
    private const string Mechanism = "SCRAM-SHA-256";

    /// <summary>PostgreSQL's own default (<c>scram_iterations</c>). The passwords are random, so more would only slow connecting down.</summary>
    private const int Iterations = 4096;

    private const int SaltBytes = 16;

    /// <summary>A verifier with a new salt. The password is ASCII, which SASLprep leaves as it is.</summary>
    public static string Create(string password) => Create(password, RandomNumberGenerator.GetBytes(SaltBytes), Iterations);

    /// <summary>Whether <paramref name="stored"/> (<c>pg_authid.rolpassword</c>) was made from <paramref name="password"/>.</summary>
    public static bool Matches(string? stored, string password)
    {
        var parts = stored?.Split('$') ?? [];
        if (parts is not [Mechanism, var parameters, _] || parameters.Split(':') is not [var count, var salt]) return false;
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations < 1) return false;
        var bytes = new byte[salt.Length];
        return Convert.TryFromBase64String(salt, bytes, out var length)
            && CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(Create(password, bytes[..length], iterations)), Encoding.ASCII.GetBytes(stored!));
    }

    private static string Create(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Mechanism}${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }
}
