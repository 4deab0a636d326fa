using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Hedgerow.Storage.Backends;

/// <summary>Bytes that are in memory already.</summary>
internal sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : StoredContent
{
    public override long Length => bytes.Length;

    public override async Task CopyToAsync(PipeWriter to, CancellationToken cancellation) => await to.WriteAsync(bytes, cancellation);

    public override Stream AsStream()
    {
        MemoryMarshal.TryGetArray(bytes, out var array);
        return new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
