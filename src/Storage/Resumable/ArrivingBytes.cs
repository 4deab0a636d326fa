using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Resumable;

/// <summary>
/// The tail of what arrived before, then what arrives now. A client that breaks off ends the stream instead of failing it: what it has sent counts,
/// and <see cref="Failure"/> says afterwards why there was no more.
/// </summary>
/// <param name="tail">Null: nothing is left over.</param>
/// <param name="hash">Goes over what arrives now; null: nobody asks for it.</param>
internal sealed class ArrivingBytes(Stream? tail, Stream body, IncrementalHash? hash) : ReadOnlyBody
{
    private Stream? _tail = tail;

    public ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Bytes of the body that were read.</summary>
    public long Arrived { get; private set; }

    /// <summary>Whether the body holds yet more; one byte of it is lost.</summary>
    public async ValueTask<bool> HasMoreAsync() => await ReadBodyAsync(new byte[1]) > 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_tail is not null)
        {
            // That it cannot be read is the store's failure, not the client's.
            var read = await _tail.ReadAsync(buffer, CancellationToken.None);
            if (read > 0) return read;
            _tail = null;
        }
        return await ReadBodyAsync(buffer);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer)
    {
        if (Failure is not null) return 0;
        try
        {
            // Not cancelled with the request: that would be before what the server has received already is read. The server itself ends it when there is no more.
            var read = await body.ReadAsync(buffer, CancellationToken.None);
            Arrived += read;
            hash?.AppendData(buffer.Span[..read]);
            return read;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Failure = ExceptionDispatchInfo.Capture(e);
            return 0;
        }
    }
}
