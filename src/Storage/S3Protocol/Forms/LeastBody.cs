using Hedgerow.Storage.Backends;
using Hedgerow.Storage.S3Protocol.Payload;

namespace Hedgerow.Storage.S3Protocol.Forms;

/// <summary>A body that must not end too early.</summary>
/// <param name="least">Bytes that it has at the fewest.</param>
internal sealed class LeastBody(Stream inner, long least) : ReadOnlyBody
{
    private long _passed;

    /// <exception cref="PayloadRefusedException">It has fewer.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _passed += read;
        return read == 0 && !buffer.IsEmpty && _passed < least ? throw new PayloadRefusedException(S3Errors.FileTooSmall) : read;
    }
}
