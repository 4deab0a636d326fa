using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Hedgerow.Storage.Backends;

/// <summary>A body on its way to an S3 server: remembers why it failed, and stops the server's clock while it waits for more.</summary>
/// <param name="length">
/// Bytes in it, for requests that the SDK makes of seekable streams only. It can be sent again where <paramref name="inner"/> can be read again.
/// </param>
internal sealed class WatchedBody(Stream inner, S3Patience patience, long? length = null) : Stream
{
    private readonly long _start = inner.CanSeek ? inner.Position : 0;
    private long _position;

    public ExceptionDispatchInfo? Failure { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        patience.Rest();
        try
        {
            var reading = inner.ReadAsync(buffer, cancellationToken);
            var waits = !reading.IsCompleted;
            var read = await reading;
            if (waits) await Leave();
            _position += read;
            return read;
        }
        catch (Exception e) when (!patience.IsOver)
        {
            Failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
        finally
        {
            patience.Begin();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>
    /// Goes on with another thread. The server may answer a read on the very thread that fetches the body's next bytes (<c>UnsafePreferInlineScheduling</c>): whoever reads
    /// synchronously there would wait for itself. So call this before the SDK has the body.
    /// </summary>
    public static YieldAwaitable Leave() => Task.Yield();

    // The SDK signs chunk by chunk and reads synchronously in places.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override bool CanRead => true;
    public override bool CanSeek => length is not null;
    public override bool CanWrite => false;
    public override long Length => length ?? throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set
        {
            if (value == _position) return;
            if (!inner.CanSeek) throw new IOException("The body cannot be sent a second time");
            inner.Position = _start + value;
            _position = value;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
