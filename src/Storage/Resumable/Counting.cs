using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Resumable;

/// <summary>One request's way from bytes that are stored to bytes that count.</summary>
internal sealed class Counting(Session session, UploadRows rows, ObjectWriter writer, ResumableUpload upload)
{
    private const int LastPart = 10_000; // S3 takes no more

    private UploadPart? _part;
    private bool _isAsked;

    /// <summary>As the database has it.</summary>
    public ResumableUpload Counted { get; private set; } = upload;

    /// <summary>As it will be once everything that is stored counts.</summary>
    public ResumableUpload Stored { get; private set; } = upload;

    /// <summary>Stores what the spool holds, the tail of before included, as the next part.</summary>
    public async Task<ApiError?> AddPartAsync(IObjectBackend backend, PartSpool spool, BodyMeasure measure)
    {
        var begun = Stored.Parts is null;
        if (begun)
        {
            var version = VersionKey.New();
            Stored = Stored with { Parts = new StoreUpload(version, await backend.BeginPartsAsync(version, CancellationToken.None)) };
        }
        var (whole, name) = Stored.Parts!;
        if (await rows.ReserveAsync(session, Stored) is not { } number)
        {
            if (begun) await backend.AbortPartsAsync(whole, name, CancellationToken.None);
            return TusErrors.Locked;
        }
        if (number > LastPart) return TusErrors.TooManyParts;
        var receipt = await backend.PutPartAsync(whole, name, number, spool.Content, measure.Size, CancellationToken.None);
        _part = new UploadPart(number, receipt, measure);
        Stored = Stored with { Received = Stored.InParts + measure.Size, Tail = null };
        return null;
    }

    /// <summary>Stores what the spool holds, the tail of before included, as the tail.</summary>
    public async Task<ApiError?> AddTailAsync(IObjectBackend backend, PartSpool spool, BodyMeasure measure)
    {
        Stored = Stored with { Received = Stored.InParts + measure.Size, Tail = new UploadTail(VersionKey.New(), measure) };
        await backend.PutAsync(Stored.Tail.Version, spool.Content, measure.Size, CancellationToken.None);
        return null;
    }

    /// <summary>Lets count what is stored, unless another request has gone on.</summary>
    public async Task<ApiError?> CountAsync()
    {
        _isAsked = true;
        var kept = await rows.KeepAsync(session, Stored, _part);
        _isAsked = false;
        if (kept is null) return TusErrors.Locked;
        var old = Counted.Tail;
        (Counted, Stored) = (kept, kept);
        _part = null;
        if (old is not null && old.Version != kept.Tail?.Version) await writer.RemoveAsync([old.Version]);
        return null;
    }

    /// <summary>
    /// Removes what does not count in the end; where the database's answer was lost it may, and reconciling decides. (A part that does not count is
    /// replaced by the next of its number.)
    /// </summary>
    public async Task ForgetAsync()
    {
        if (!_isAsked && Stored.Tail is { } tail && tail.Version != Counted.Tail?.Version) await writer.RemoveAsync([tail.Version]);
    }
}
