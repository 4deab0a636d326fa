using System.IO.Pipelines;
using Amazon.S3.Model;

namespace Hedgerow.Storage.Backends;

/// <summary>An object as an S3 server sends it.</summary>
internal sealed class S3Content(GetObjectResponse response, TimeSpan patience) : StoredContent
{
    private const int ChunkBytes = 64 * 1024;

    public override long Length => response.ContentLength;

    public override async Task CopyToAsync(PipeWriter to, CancellationToken cancellation)
    {
        using var watched = new S3Patience(patience, cancellation);
        for (long done = 0; done < Length;)
        {
            var read = await ReadAsync(to.GetMemory((int)Math.Min(ChunkBytes, Length - done)), watched);
            if (read == 0) throw new BackendException(BackendFault.Unavailable, "The object store sent less than it announced");
            to.Advance(read);
            done += read;
            var flushed = await to.FlushAsync(cancellation);
            if (flushed.IsCompleted) return; // the client went away
        }
    }

    public override Stream AsStream() => response.ResponseStream;

    public override ValueTask DisposeAsync()
    {
        response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> memory, S3Patience watched)
    {
        try
        {
            watched.Begin();
            var read = await response.ResponseStream.ReadAsync(memory, watched.Token);
            watched.Rest();
            return read;
        }
        catch (Exception e) when (S3Faults.Of(e, watched) is { } fault)
        {
            throw fault;
        }
    }
}
