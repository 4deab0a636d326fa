using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// Bytes in files: the embedded default. A version is written beside its place, flushed to the disk and renamed into it, and the folder is
/// flushed as well, so that a crash or a power failure leaves all of it or none. Several gateways may share the folder.
/// </summary>
public sealed class FileBackend(string root) : IObjectBackend
{
    private const int ChunkBytes = 128 * 1024;

    // To wake a thread for each chunk costs almost what writing 128 KiB does; but a thousand uploads at once must not cost a megabyte each.
    private const int LargeChunkBytes = 4 * ChunkBytes;
    private const int LargeChunkWriters = 8;

    // Large bodies go to the disk while they arrive: otherwise all of it would be waited for at the end.
    private const long WritebackBytes = 8L * LargeChunkBytes;

    // To free a larger file takes the kernel as long as to write a tenth of it: nobody waits for that.
    private const long QuicklyFreedBytes = 4L * 1024 * 1024;

    private readonly FileLayout _layout = new(root);
    private readonly Lock _lock = new();
    private Task _freeing = Task.CompletedTask;
    private int _writers;

    public string Place => _layout.Root;

    public ValueTask<bool> AnswersAsync(CancellationToken cancellation) => Guarded(() =>
    {
        _layout.Create();
        return ValueTask.FromResult(true);
    });

    public async Task PutAsync(VersionKey version, Stream body, long? length, CancellationToken cancellation)
    {
        var unfinished = _layout.Unfinished();
        try
        {
            await WriteAsync(unfinished, body, length, cancellation);
            _layout.Publish(unfinished, version);
        }
        catch (Exception e)
        {
            TryDelete(unfinished);
            if (FaultOf(e) is { } failure) throw failure;
            throw;
        }
    }

    public Task<StoredContent?> OpenAsync(VersionKey version, ByteRange? range, CancellationToken cancellation) =>
        Guarded(() => Task.FromResult<StoredContent?>(FileContent.Open(_layout.PathOf(version), range)));

    public async Task<bool> CopyAsync(VersionKey from, VersionKey to, CancellationToken cancellation)
    {
        FileStream source;
        try
        {
            source = new FileStream(_layout.PathOf(from), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        await using (source) await PutAsync(to, source, source.Length, cancellation);
        return true;
    }

    public Task DeleteAsync(IReadOnlyCollection<VersionKey> versions, CancellationToken cancellation) => Guarded(() =>
    {
        foreach (var version in versions) Remove(_layout.PathOf(version));
        return Task.CompletedTask;
    });

    public Task<string> BeginPartsAsync(VersionKey version, CancellationToken cancellation) => Guarded(() =>
    {
        var upload = Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(_layout.PartsOf(version, upload));
        return Task.FromResult(upload);
    });

    public async Task<string> PutPartAsync(VersionKey version, string upload, int number, Stream body, long length, CancellationToken cancellation)
    {
        var unfinished = _layout.Unfinished();
        try
        {
            await WriteAsync(unfinished, body, length, cancellation);
            return _layout.PublishPart(unfinished, version, upload, number);
        }
        catch (Exception e)
        {
            TryDelete(unfinished);
            if (FaultOf(e) is { } failure) throw failure;
            throw;
        }
    }

    public async Task<bool> CompletePartsAsync(
        VersionKey version, string upload, ImmutableArray<(int Number, string Receipt)> parts, CancellationToken cancellation)
    {
        string[] files = [.. parts.Select(part => _layout.PartOf(version, upload, part.Number, part.Receipt))];
        if (!files.All(File.Exists))
        {
            // Once more after an answer that was lost, or somebody else was faster.
            if (_layout.IsJoined(version, upload)) return false;
            if (Directory.Exists(_layout.PartsOf(version, upload)))
                throw new BackendException(BackendFault.PartsMismatch, "The object store holds other parts than those that are named");
        }
        try
        {
            await using var joined = new JoinedFiles(files);
            await PutAsync(version, joined, null, cancellation);
        }
        catch (BackendException) when (_layout.IsJoined(version, upload))
        {
            // Somebody else did it meanwhile.
            return false;
        }
        await AbortPartsAsync(version, upload, cancellation);
        return true;
    }

    public Task AbortPartsAsync(VersionKey version, string upload, CancellationToken cancellation) => Guarded(() =>
    {
        _layout.RemoveParts(version, upload);
        return Task.CompletedTask;
    });

    public async IAsyncEnumerable<StoredItem> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield(); // walking a large folder is the caller's wait, not its thread's start
        foreach (var file in _layout.Files())
        {
            cancellation.ThrowIfCancellationRequested();
            if (VersionKey.Parse(file.Name) is { } version) yield return new StoredItem(version, file.Length, file.LastWriteTimeUtc);
        }
    }

    public async Task<int> SweepAsync(DateTimeOffset before, IReadOnlySet<string> keptUploads, CancellationToken cancellation)
    {
        await Freed(); // what is being freed was finished once
        return Guarded(() => _layout.Sweep(before, keptUploads));
    }

    public async ValueTask DisposeAsync() => await Freed();

    private async Task WriteAsync(string path, Stream body, long? length, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var size = Interlocked.Increment(ref _writers) > LargeChunkWriters || length <= ChunkBytes ? ChunkBytes : LargeChunkBytes;
        // Two chunks: one is written while the next one arrives.
        var (filling, writing) = (ArrayPool<byte>.Shared.Rent(size), ArrayPool<byte>.Shared.Rent(size));
        var written = Task.CompletedTask;
        try
        {
            var at = 0L;
            for (int read; (read = await body.ReadAtLeastAsync(filling.AsMemory(0, size), size, throwOnEndOfStream: false, cancellation)) > 0; at += read)
            {
                await written;
                (filling, writing) = (writing, filling);
                var (chunk, from) = (writing.AsMemory(0, read), at);
                written = Task.Run(() => Write(file, chunk.Span, from), CancellationToken.None);
            }
            await written;
            RandomAccess.FlushToDisk(file);
        }
        finally
        {
            // Neither file nor chunk goes away under a write; why it failed is on its way already, or was told by the wait above.
            await Task.WhenAny(written);
            ArrayPool<byte>.Shared.Return(writing);
            ArrayPool<byte>.Shared.Return(filling);
            Interlocked.Decrement(ref _writers);
        }
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> chunk, long at)
    {
        RandomAccess.Write(file, chunk, at);
        var end = at + chunk.Length;
        if (end % WritebackBytes == 0) Writeback.Begin(file, end - WritebackBytes, WritebackBytes);
    }

    /// <summary>When this returns the file is not in its place any more. After a crash the sweep finds what was not freed.</summary>
    private void Remove(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > QuicklyFreedBytes })
        {
            DeleteIfThere(path);
            return;
        }
        var removed = _layout.Unfinished();
        lock (_lock)
        {
            try
            {
                File.Move(path, removed);
            }
            catch (FileNotFoundException)
            {
                return; // somebody else was faster
            }
            _freeing = FreeAsync(_freeing, removed);
        }
    }

    private static async Task FreeAsync(Task before, string removed)
    {
        await before;
        await Task.Run(() => TryDelete(removed));
    }

    private Task Freed()
    {
        lock (_lock) return _freeing;
    }

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Never stored: its folder was never made.
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made the write fail may forbid this too; the sweep finds it.
        }
    }

    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (FaultOf(e) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>The disk's failures. The body's own (a client that went away) are IOExceptions too, but carry no error number of a file.</summary>
    private static BackendException? FaultOf(Exception e) => e switch
    {
        // ENOSPC and EDQUOT, as .NET passes them on.
        IOException { HResult: 28 or 122 or unchecked((int)0x80070070) } => new(BackendFault.Full, "The object store's disk is full", e),
        UnauthorizedAccessException => new(BackendFault.Refused, "The object store's folder cannot be written", e),
        DirectoryNotFoundException or FileNotFoundException => new(BackendFault.Unavailable, "The object store's folder is not there", e),
        // EIO, EROFS, EMFILE, ENFILE.
        IOException { HResult: 5 or 30 or 24 or 23 } => new(BackendFault.Unavailable, "The object store's disk fails", e),
        _ => null,
    };
}
