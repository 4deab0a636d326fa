using System.Collections.Concurrent;
using Hedgerow.ImageWorker;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Storage.Images;

/// <summary>A rendered image.</summary>
public sealed record RenderedImage(ImageFormat Format, ReadOnlyMemory<byte> Bytes)
{
    public string MimeType => $"image/{Format.ToString().ToLowerInvariant()}";
}

/// <summary>
/// Renders images in few processes, which start when there is something to do and end when there has long been nothing. A process for each image would keep
/// images apart more strictly, but libvips and what it links take 40 ms to load, as long as most images take to render; so they are kept, and replaced after
/// <see cref="ImageOptions.ImagesPerWorker"/> images and after every mishap. The library in this process would be quicker still, and one bad image the end of
/// everybody's requests.
/// </summary>
public sealed class ImageRenderer(StorageOptions storage, ILogger<ImageRenderer> logger) : IDisposable
{
    /// <summary>Largest result in bytes. It is held in memory: a slow client must not hold a process.</summary>
    public const int MaxResultBytes = 32 * 1024 * 1024;

    private const long IdleMilliseconds = 60_000;

    private readonly ImageOptions _options = storage.Images;
    private readonly SemaphoreSlim _free = new(Count(storage.Images));
    private readonly ConcurrentStack<ImageWorkerProcess> _idle = new();
    private readonly Lock _lock = new();
    private Timer? _sweep;
    private int _requests;
    private long _missingUntil;
    private bool _disposed;

    /// <summary>A place among the requests under way, to be held until the answer is out; null: there is none.</summary>
    public IDisposable? Enter()
    {
        if (Interlocked.Increment(ref _requests) <= _options.MaxRequests) return new Place(this);
        Interlocked.Decrement(ref _requests);
        return null;
    }

    /// <summary>Renders what <paramref name="open"/> opens.</summary>
    /// <exception cref="BackendException">The source could not be read.</exception>
    public async Task<Result<RenderedImage>> RenderAsync(
        Transformation transformation, ImageFormat format, Func<Task<Result<StoredContent>>> open, CancellationToken cancellation)
    {
        if (Environment.TickCount64 < Volatile.Read(ref _missingUntil)) return StorageErrors.NoImages;
        await _free.WaitAsync(cancellation);
        try
        {
            if (await TakeAsync(cancellation) is not { } worker)
            {
                // Somebody may install it.
                Volatile.Write(ref _missingUntil, Environment.TickCount64 + IdleMilliseconds);
                return StorageErrors.NoImages;
            }
            var isWhole = false;
            try
            {
                if (!(await open()).Ok(out var source, out var error))
                {
                    isWhole = true;
                    return error;
                }
                await using (source)
                {
                    if (source.Length > _options.MaxSourceBytes)
                    {
                        isWhole = true;
                        return StorageErrors.ImageTooLarge(_options.MaxSourceBytes);
                    }
                    var (reply, bytes) = await worker.RenderAsync(transformation.Job(format, _options, MaxResultBytes), source, cancellation);
                    isWhole = true;
                    return Answer(reply, bytes);
                }
            }
            catch (ImageWorkerEndedException e)
            {
                Log.ImageWorkerEnded(logger, e.ExitCode);
                return e.TookTooLong ? StorageErrors.ImageTooSlow(_options.TimeoutSeconds) : StorageErrors.BadImage;
            }
            finally
            {
                Return(worker, isWhole);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>The ids of the processes that wait for work.</summary>
    public IReadOnlyList<int> IdleProcesses => [.. _idle.Select(worker => worker.Id)];

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _sweep?.Dispose();
        }
        while (_idle.TryPop(out var worker)) worker.Dispose();
    }

    private Result<RenderedImage> Answer(ImageReply reply, byte[] bytes) => reply.Outcome switch
    {
        ImageOutcome.Rendered => new RenderedImage(reply.Format, bytes),
        ImageOutcome.TooManyPixels => StorageErrors.TooManyPixels(_options.MaxSourceMegapixels),
        ImageOutcome.Unwritable => StorageErrors.UnwritableImage,
        ImageOutcome.Unknown => StorageErrors.NoImage,
        _ => StorageErrors.BadImage,
    };

    private async Task<ImageWorkerProcess?> TakeAsync(CancellationToken cancellation)
    {
        while (_idle.TryPop(out var worker))
        {
            if (worker.IsAlive) return worker;
            worker.Dispose();
        }
        return await ImageWorkerProcess.StartAsync(_options, cancellation);
    }

    private void Return(ImageWorkerProcess worker, bool isWhole)
    {
        lock (_lock)
        {
            if (isWhole && !_disposed && worker.Images < _options.ImagesPerWorker)
            {
                _idle.Push(worker);
                _sweep ??= new Timer(_ => Sweep(), null, IdleMilliseconds, IdleMilliseconds);
                return;
            }
        }
        worker.Dispose();
    }

    /// <summary>Ends those that had nothing to do for a while.</summary>
    private void Sweep()
    {
        var kept = new Stack<ImageWorkerProcess>();
        while (_idle.TryPop(out var worker))
        {
            if (Environment.TickCount64 - worker.LastUsed < IdleMilliseconds) kept.Push(worker);
            else worker.Dispose();
        }
        while (kept.TryPop(out var worker)) Return(worker, isWhole: true);
    }

    private static int Count(ImageOptions options) => options.Workers > 0 ? options.Workers : Environment.ProcessorCount;

    private sealed class Place(ImageRenderer renderer) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref renderer._requests);
    }
}
