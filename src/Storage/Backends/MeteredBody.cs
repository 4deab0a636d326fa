using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Hedgerow.Storage.Backends;

/// <summary>What passed through a <see cref="MeteredBody"/>.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Md5">Of all bytes, 32 hexadecimal digits: S3's ETag of an object that came in one piece.</param>
/// <param name="Crc32C">Of all bytes (RFC 3720).</param>
public sealed record BodyMeasure(long Size, string Md5, uint Crc32C)
{
    /// <summary>As <c>storage.objects.checksum</c> holds it.</summary>
    public string Checksum => ChecksumOf(Crc32C);

    public static string ChecksumOf(uint crc) => string.Create(CultureInfo.InvariantCulture, $"crc32c:{crc:x8}");
}

/// <summary>
/// A body on its way into a store: counts it, holds it against a limit, hashes it. A chunk is hashed beside the arrival of the next one, so that
/// hashing costs no time where there is a second core. It is hashed from a copy of its own: the reader's memory is the reader's to use again.
/// </summary>
public sealed class MeteredBody(Stream inner, long limit) : Stream
{
    private const int ChunkBytes = 64 * 1024;

    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private byte[] _arriving = ArrayPool<byte>.Shared.Rent(ChunkBytes);
    private byte[] _hashed = ArrayPool<byte>.Shared.Rent(ChunkBytes);
    private Task _hashing = Task.CompletedTask;
    private uint _crc = uint.MaxValue;
    private long _size;

    // Below this a hash is done sooner than another thread is woken.
    private const int WorthAnotherThread = 16 * 1024;

    /// <summary>What passed. To be asked once, after the last byte was read.</summary>
    public async Task<BodyMeasure> FinishAsync()
    {
        await _hashing;
        return new BodyMeasure(_size, Convert.ToHexStringLower(_md5.GetHashAndReset()), ~_crc);
    }

    /// <exception cref="BodyTooLargeException">More than the limit came.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(_arriving.AsMemory(0, Math.Min(buffer.Length, ChunkBytes)), cancellationToken);
        if (read == 0) return 0;
        _size += read;
        if (_size > limit) throw new BodyTooLargeException();
        _arriving.AsSpan(0, read).CopyTo(buffer.Span);
        await _hashing;
        (_arriving, _hashed) = (_hashed, _arriving);
        if (read < WorthAnotherThread) Hash(read);
        else _hashing = Task.Run(() => Hash(read), CancellationToken.None);
        return read;
    }

    private void Hash(int length)
    {
        var chunk = _hashed.AsSpan(0, length);
        _md5.AppendData(chunk);
        _crc = Crc32C.Append(_crc, chunk);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _size; set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // A hash under way still reads its chunk: then both are left to the collector.
        if (disposing && _hashing.IsCompleted)
        {
            _md5.Dispose();
            foreach (var chunk in new[] { _arriving, _hashed })
                if (chunk.Length > 0) ArrayPool<byte>.Shared.Return(chunk);
            (_arriving, _hashed) = ([], []);
        }
        base.Dispose(disposing);
    }
}

/// <summary>A body holds more than it may. It is cut off where that shows.</summary>
public sealed class BodyTooLargeException() : Exception("The body is larger than allowed");
