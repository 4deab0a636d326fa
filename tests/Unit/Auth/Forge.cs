using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth.Tokens;

namespace Hedgerow.Tests.Unit.Auth;

/// <summary>Makes tokens as an attacker would: any header, any payload, any key.</summary>
internal static class Forge
{
    public const string Secret = "reallyreallyreallyreallyverysafe";
    public const long Now = 1_800_000_000;

    public static JwtOptions Options { get; } = new() { Secret = Secret };

    public static string Hs256(string payload, string header = """{"alg":"HS256","typ":"JWT"}""", string secret = Secret) =>
        Signed(header, payload, input => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), input));

    public static string Signed(string header, string payload, Func<byte[], byte[]> sign)
    {
        var input = $"{Encode(header)}.{Encode(payload)}";
        return $"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static JwtVerifier Verifier(JwtOptions? options = null, string anonymousRole = "anon", TimeProvider? clock = null) =>
        new(JwtKeySet.From(options ?? Options), options ?? Options, anonymousRole, clock ?? new FixedClock(Now));
}

/// <summary>A clock that stands until it is set.</summary>
internal sealed class FixedClock(long seconds) : TimeProvider
{
    public long Seconds { get; set; } = seconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Seconds);
}
