using System.Runtime.ExceptionServices;

namespace Hedgerow.Storage.Backends;

/// <summary>A body on its way to an S3 server: remembers why it failed, and stops the server's clock while it waits for more.</summary>
internal sealed class WatchedBody(Stream inner, S3Patience patience) : Stream
{
    public ExceptionDispatchInfo? Failure { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        patience.Rest();
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
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

    // The SDK signs chunk by chunk and reads synchronously in places.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
