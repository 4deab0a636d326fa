using System.Globalization;
using System.Security.Cryptography;

namespace Hedgerow.Storage.Backends;

/// <summary>What passed through a <see cref="MeteredBody"/>.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Tag">S3's ETag, without quotes: of what came in one piece the MD5, 32 hexadecimal digits; else a <see cref="LargeTag"/>.</param>
/// <param name="Crc32C">Of all bytes (RFC 3720).</param>
public sealed record BodyMeasure(long Size, string Tag, uint Crc32C)
{
    /// <summary>As <c>storage.objects.checksum</c> holds it.</summary>
    public string Checksum => ChecksumOf(Crc32C);

    public static string ChecksumOf(uint crc) => string.Create(CultureInfo.InvariantCulture, $"crc32c:{crc:x8}");
}

/// <summary>A body on its way into a store: counts it, holds it against a limit, hashes it.</summary>
/// <param name="large">How it is tagged once it is too large for MD5; null: it is never.</param>
public sealed class MeteredBody(Stream inner, long limit, LargeTag? large = null) : ReadOnlyBody
{
    private IncrementalHash? _md5 = large is { IsCertain: true } ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private uint _crc = uint.MaxValue;
    private long _size;

    /// <summary>What passed. To be asked once, after the last byte was read.</summary>
    public BodyMeasure Finish() => new(_size, _md5 is null ? large!.Of(_size) : Convert.ToHexStringLower(_md5.GetHashAndReset()), ~_crc);

    /// <exception cref="BodyTooLargeException">More than the limit came.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(buffer, cancellationToken);
        var waits = !reading.IsCompleted;
        var read = await reading;
        // The thread that brought these bytes goes on to fetch the next ones, while another sums these up and stores them.
        if (waits) await WatchedBody.Leave();
        _size += read;
        if (_size > limit) throw new BodyTooLargeException();
        if (large is not null && _size > LargeTag.Above) ForgetMd5();
        _md5?.AppendData(buffer.Span[..read]);
        _crc = Crc32C.Append(_crc, buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) ForgetMd5();
        base.Dispose(disposing);
    }

    private void ForgetMd5()
    {
        _md5?.Dispose();
        _md5 = null;
    }
}

/// <summary>A body holds more than it may. It is cut off where that shows.</summary>
public sealed class BodyTooLargeException() : Exception("The body is larger than allowed");
