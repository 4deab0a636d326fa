using System.Security.Cryptography;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Resumable;

/// <summary>
/// Brings bytes into an upload. They are gathered in a temporary file until they are a part, stored, and only then counted; what is left over at the
/// end, because it was all or because the client broke off, becomes the tail, which the next request begins with. Memory does not grow with any of it.
/// </summary>
public sealed class UploadAppender(UploadRows rows, IObjectBackend backend, ObjectWriter writer)
{
    private const long LargestChecked = 64L * 1024 * 1024;

    /// <summary>Takes all that <paramref name="body"/> holds.</summary>
    /// <param name="upload">Taken by this request (<see cref="UploadRows.TakeAsync"/>).</param>
    /// <param name="checksum">With it, nothing is stored before all of the body has come, 64 MiB at most, and fits.</param>
    /// <returns>How the upload stands now.</returns>
    /// <exception cref="IOException">The client broke off, or was too slow; what it sent is kept.</exception>
    /// <exception cref="BackendException">The store failed; what was counted before is kept.</exception>
    public async Task<Result<ResumableUpload>> AppendAsync(Session session, ResumableUpload upload, Stream body, BodyChecksum? checksum)
    {
        if (checksum is null) return await AppendAsync(session, upload, body);
        await using var whole = new PartSpool();
        using var hash = IncrementalHash.CreateHash(checksum.Algorithm);
        await using var arriving = new ArrivingBytes(null, body, hash);
        var size = await whole.FillAsync(arriving, Math.Min(LargestChecked, upload.Limit - upload.Received), CancellationToken.None);
        if (await arriving.HasMoreAsync()) return size == LargestChecked ? TusErrors.TooMuchToCheck : TooLong(upload);
        arriving.Failure?.Throw();
        return checksum.Fits(hash) ? await AppendAsync(session, upload, whole.Content) : TusErrors.WrongChecksum;
    }

    private async Task<Result<ResumableUpload>> AppendAsync(Session session, ResumableUpload upload, Stream body)
    {
        StoredContent? tail = null;
        if (upload.Tail is { Measure.Size: > 0 } && (tail = await backend.OpenAsync(upload.Tail.Version, null, CancellationToken.None)) is null) return TusErrors.Locked;
        await using (tail)
        {
            await using var arriving = new ArrivingBytes(tail?.AsStream(), body, null);
            var counting = new Counting(session, rows, writer, upload);
            try
            {
                if (await StoreAsync(counting, arriving) is { } refusal) return refusal;
                // Whether anybody still waits for the answer changes nothing once all is here.
                if (!counting.Counted.IsComplete) arriving.Failure?.Throw();
                return counting.Counted;
            }
            finally
            {
                await counting.ForgetAsync();
            }
        }
    }

    private async Task<ApiError?> StoreAsync(Counting counting, ArrivingBytes arriving)
    {
        await using var spool = new PartSpool();
        for (var isOver = false; !isOver;)
        {
            var upload = counting.Stored;
            var room = Math.Min(Math.Max(PartSpool.PartBytes, upload.PartAtLeast), upload.Limit - upload.InParts);
            var before = arriving.Arrived;
            await using var metered = new MeteredBody(new BoundedStream(arriving, room), long.MaxValue);
            var size = await spool.FillAsync(metered, long.MaxValue, CancellationToken.None);
            var measure = metered.Finish();
            var reached = upload.InParts + size;
            isOver = size < room || reached == upload.Limit;
            if (reached == upload.Limit && await arriving.HasMoreAsync()) return TooLong(upload);

            var isLast = reached == upload.Length;
            // What is stored already stays where it is; but a last part may turn out to be one only now that the length is known.
            if (arriving.Arrived == before && !(isLast && (upload.InParts == 0 ? upload.Tail is null : size > 0))) return null;
            var isPart = isLast ? upload.InParts > 0 : !isOver || size >= upload.PartAtLeast;
            var refusal = isPart ? await counting.AddPartAsync(backend, spool, measure) : await counting.AddTailAsync(backend, spool, measure);
            if ((refusal ?? await counting.CountAsync()) is { } overtaken) return overtaken;
        }
        return null;
    }

    private static ApiError TooLong(ResumableUpload upload) => upload.Length is null ? StorageErrors.TooLarge : TusErrors.TooLong;
}
