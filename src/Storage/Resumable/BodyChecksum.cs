using System.Security.Cryptography;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Resumable;

/// <summary>What the header Upload-Checksum says of a request's body (TUS, Checksum).</summary>
public sealed record BodyChecksum(HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Expected)
{
    /// <summary>As Tus-Checksum-Algorithm announces them. The protocol asks for sha1; it is there to find broken transfers, not forged ones.</summary>
    public const string Algorithms = "sha1,sha256,md5";

    /// <summary>Reads <c>sha1 Base64</c>.</summary>
    public static Result<BodyChecksum> Parse(string header)
    {
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        var (algorithm, length) = (space < 0 ? header : header[..space]) switch
        {
            "sha1" => (HashAlgorithmName.SHA1, 20),
            "sha256" => (HashAlgorithmName.SHA256, 32),
            "md5" => (HashAlgorithmName.MD5, 16),
            _ => (default, 0),
        };
        if (length == 0) return TusErrors.UnknownChecksum;
        var expected = new byte[length + 3];
        return space > 0 && Convert.TryFromBase64String(header[(space + 1)..], expected, out var read) && read == length
            ? new BodyChecksum(algorithm, expected.AsMemory(0, length))
            : TusErrors.InvalidChecksumHeader;
    }

    public bool Fits(IncrementalHash hash) => CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), Expected.Span);
}
