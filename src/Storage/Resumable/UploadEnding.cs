using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.Reconcile;

namespace Hedgerow.Storage.Resumable;

/// <summary>The end of uploads that become no object, and what reconciling must know of the others.</summary>
public sealed class UploadEnding(UploadRows rows, StorageDatabase database, IObjectBackend backend)
{
    private static readonly Session s_session = new(new Caller("hedgerow_storage", "{}"), "storage.tus.expire");

    /// <summary>Removes the bytes of an upload that is forgotten. A crash before that leaves them to reconciling.</summary>
    public async Task DiscardAsync(ResumableUpload upload, CancellationToken cancellation)
    {
        List<VersionKey> versions = [];
        if (upload.Parts is { } parts)
        {
            await backend.AbortPartsAsync(parts.Version, parts.Upload, cancellation);
            versions.Add(parts.Version); // they may have been put together already
        }
        if (upload.Tail is { } tail) versions.Add(tail.Version);
        if (versions.Count > 0) await backend.DeleteAsync(versions, cancellation);
    }

    /// <summary>For <see cref="Reconciler"/>: what is under way stays, what has expired goes.</summary>
    public UploadsInFlight InFlight => new(VersionsAsync, PartsAsync, EndExpiredAsync);

    private async Task<int> EndExpiredAsync(CancellationToken cancellation)
    {
        var ended = 0;
        while (await rows.RemoveExpiredAsync(s_session, cancellation) is { Count: > 0 } expired)
        {
            foreach (var upload in expired)
            {
                await DiscardAsync(upload, cancellation);
                if (!upload.IsFinished) ended++;
            }
        }
        return ended;
    }

    private async Task<IReadOnlySet<VersionKey>> VersionsAsync(IReadOnlyCollection<VersionKey> versions, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            """
            with asked as materialized (select value from json_array_elements_text($1) as value)
            select u.version from storage.resumable_uploads as u where u.version in (select value from asked)
            union all
            select u.tail_version from storage.resumable_uploads as u where u.tail_version in (select value from asked)
            """,
            cancellation, JsonSerializer.Serialize(versions.Select(version => version.Text)));
        var inUse = new HashSet<VersionKey>();
        foreach (var text in found)
            if (VersionKey.Parse(text) is { } version) inUse.Add(version);
        return inUse;
    }

    private async Task<IReadOnlySet<string>> PartsAsync(CancellationToken cancellation) => (await ReadAsync(
        "select u.parts_upload from storage.resumable_uploads as u where u.parts_upload is not null", cancellation)).ToHashSet(StringComparer.Ordinal);

    private async Task<List<string>> ReadAsync(string query, CancellationToken cancellation, params string[] values)
    {
        await using var trip = await database.ReadAsync(s_session, [StorageDatabase.Statement(query, values)], [], cancellation);
        var texts = new List<string>();
        while (await trip.Reader.ReadAsync(cancellation)) texts.Add(trip.Reader.GetString(0));
        return texts;
    }
}
