using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Resumable;

/// <summary>
/// Makes an upload that has arrived an object. Every step may be done twice, and the last one, the row, happens once: a crash anywhere leaves an upload
/// that the next request finishes.
/// </summary>
public sealed class UploadFinisher(UploadRows rows, IObjectBackend backend, ObjectWriter writer, UploadEnding ending)
{
    /// <summary>Asks the policies again, with the claims of now, puts the parts together and writes the row. Where that is refused, the bytes stay until the upload expires.</summary>
    /// <param name="upload">Complete, and taken by this request.</param>
    /// <returns>The upload, finished.</returns>
    public async Task<Result<ResumableUpload>> FinishAsync(Session session, ResumableUpload upload)
    {
        var isFinished = false;
        try
        {
            if (!(await writer.AuthoriseAsync(session, upload.Intent, upload.By.IsSigned, CancellationToken.None)).Ok(out _, out var refusal)) return refusal;
            var bytes = await GatherAsync(session, upload);
            if (!(await writer.RecordAsync(session, upload.Intent, bytes, UploadRows.Finish(upload))).Ok(out _, out refusal)) return refusal;
            isFinished = true;
            return upload with { IsFinished = true };
        }
        catch (BackendException e) when (e.Fault == BackendFault.PartsMismatch)
        {
            // A writer that was overtaken while the store took its part put other bytes in the place of one that counts: nothing mends that.
            await rows.ReleaseAsync(session, upload);
            if (await rows.RemoveAsync(session, upload.Id, CancellationToken.None) is { } removed) await ending.DiscardAsync(removed, CancellationToken.None);
            isFinished = true;
            return TusErrors.Torn;
        }
        finally
        {
            if (!isFinished) await rows.ReleaseAsync(session, upload);
        }
    }

    private async Task<StoredBytes> GatherAsync(Session session, ResumableUpload upload)
    {
        if (upload is { InParts: 0, Tail: { Version: var version, Measure: var all } }) return new StoredBytes(version, all.Size, $"\"{all.Tag}\"", all.Checksum);
        var (whole, name) = upload.Parts ?? throw new InvalidOperationException("An upload without a tail has parts.");
        var parts = await rows.PartsAsync(session, upload.Id);
        await backend.CompletePartsAsync(whole, name, [.. parts.Select(part => (part.Number, part.Receipt))], CancellationToken.None);
        return ResumableUpload.Join(whole, parts);
    }
}
