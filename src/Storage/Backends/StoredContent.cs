using System.IO.Pipelines;

namespace Hedgerow.Storage.Backends;

/// <summary>Stored bytes, open for reading once.</summary>
public abstract class StoredContent : IAsyncDisposable
{
    /// <summary>Bytes that will be written.</summary>
    public abstract long Length { get; }

    /// <summary>Writes all of it. <paramref name="to"/> is flushed but not completed.</summary>
    /// <exception cref="BackendException">The store failed, or holds fewer bytes than it said.</exception>
    public abstract Task CopyToAsync(PipeWriter to, CancellationToken cancellation);

    /// <summary>The same bytes as a stream, for those who read rather than copy. Its owner is this content.</summary>
    public abstract Stream AsStream();

    public abstract ValueTask DisposeAsync();
}
