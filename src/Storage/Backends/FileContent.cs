using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Hedgerow.Storage.Backends;

/// <summary>An open file. Whoever has it open reads it to its end, also when it is deleted meanwhile.</summary>
internal sealed class FileContent : StoredContent
{
    // What the page cache holds is read faster than a thread is switched; what it does not is worth few switches.
    private const int InlineBytes = 128 * 1024;

    private readonly SafeFileHandle _file;
    private readonly long _first;

    private FileContent(SafeFileHandle file, long first, long length) => (_file, _first, Length) = (file, first, length);

    public override long Length { get; }

    /// <summary>Null where there is no such file.</summary>
    public static FileContent? Open(string path, ByteRange? range)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        var size = RandomAccess.GetLength(file);
        var (first, length) = range is { } part ? (part.First, Math.Min(part.Length, size - part.First)) : (0, size);
        return new FileContent(file, first, Math.Max(0, length));
    }

    public override async Task CopyToAsync(PipeWriter to, CancellationToken cancellation)
    {
        for (long done = 0; done < Length;)
        {
            var memory = to.GetMemory((int)Math.Min(InlineBytes, Length - done));
            if (memory.Length > Length - done) memory = memory[..(int)(Length - done)];
            var read = Length <= InlineBytes
                ? RandomAccess.Read(_file, memory.Span, _first + done)
                : await RandomAccess.ReadAsync(_file, memory, _first + done, cancellation);
            if (read == 0) throw new BackendException(BackendFault.Unavailable, "A stored file is shorter than it was");
            to.Advance(read);
            done += read;
            var flushed = await to.FlushAsync(cancellation);
            if (flushed.IsCompleted) return; // the client went away
        }
    }

    public override Stream AsStream()
    {
        var stream = new FileStream(_file, FileAccess.Read, bufferSize: 0);
        stream.Position = _first;
        return new BoundedStream(stream, Length);
    }

    public override ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }
}
