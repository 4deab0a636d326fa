using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Auth.Mfa;

/// <summary>Time-based one-time passwords (RFC 6238 over RFC 4226) as every authenticator app makes them: HMAC-SHA-1, six digits, 30 seconds.</summary>
public static class Totp
{
    /// <summary>Seconds that one code is shown for.</summary>
    public const int Period = 30;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>Bytes of a secret: the length of HMAC-SHA-1's output (RFC 4226 §4, R6).</summary>
    public const int SecretBytes = 20;

    /// <summary>Steps before and after the present one whose codes are taken, for clocks that differ and people who type slowly (RFC 6238 §5.2).</summary>
    private const int Skew = 1;

    /// <summary>The number of whole periods since 1970.</summary>
    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / Period;

    /// <summary>The code of a step.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // SHA-1 is what RFC 6238's apps compute; HMAC does not rest on its collision resistance.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        // Dynamic truncation, RFC 4226 §5.3.
        var value = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & 0x7FFFFFFF;
        return (value % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step whose code <paramref name="code"/> is, among those taken at <paramref name="now"/>; null where it is none of them.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        var given = Encoding.UTF8.GetBytes(code.Trim());
        long? match = null;
        // All of them are compared, each in constant time: how long it takes tells nothing.
        for (var step = StepAt(now) - Skew; step <= StepAt(now) + Skew; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(secret, step)), given)) match = step;
        return match;
    }
}
