using System.Globalization;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.Reconcile;

namespace Hedgerow.Storage.S3Protocol.Uploads;

/// <summary>What reconciling must know of uploads in parts over the S3 protocol: those that may go on, and which were abandoned.</summary>
/// <param name="expiry">After its last part. As long a completed one is remembered.</param>
public sealed class AbandonedUploads(StorageDatabase database, IObjectBackend backend, TimeSpan expiry)
{
    private static readonly Session s_session = new(new Caller("hedgerow_storage", "{}"), "storage.s3.upload.expire");

    public UploadsInFlight InFlight => new(VersionsAsync, PartsAsync, EndExpiredAsync);

    /// <summary>Forgets them, then removes their bytes. A crash in between leaves what no upload keeps, which is swept.</summary>
    private async Task<int> EndExpiredAsync(CancellationToken cancellation)
    {
        var ended = new List<(string Id, VersionKey Version)>();
        var statement = StorageDatabase.Statement(
            """
            delete from storage.s3_multipart_uploads as u
            where u.created_at < now() - make_interval(secs => $1)
              and not exists (
                select from storage.s3_multipart_uploads_parts as p where p.upload_id = u.id and p.created_at >= now() - make_interval(secs => $1))
            returning u.id, u.version
            """,
            Seconds);
        await using (var trip = await database.WriteAsync(s_session, [statement], [], cancellation))
        {
            while (await trip.Reader.ReadAsync(cancellation))
            {
                var id = trip.Reader.GetString(0);
                if (VersionKey.Parse(trip.Reader.GetString(1)) is { } version) ended.Add((id, version));
            }
            await trip.FinishAsync(cancellation);
        }
        await ForgetCompletedAsync(cancellation);
        foreach (var (id, version) in ended) await backend.AbortPartsAsync(version, id, cancellation);
        // Some may have been put together already, and only their rows were refused.
        if (ended.Count > 0) await backend.DeleteAsync([.. ended.Select(upload => upload.Version)], cancellation);
        return ended.Count;
    }

    private string Seconds => expiry.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    private async Task ForgetCompletedAsync(CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement("delete from storage.s3_completed_uploads as u where u.completed_at < now() - make_interval(secs => $1)", Seconds);
        await using var trip = await database.WriteAsync(s_session, [statement], [], cancellation);
        await trip.FinishAsync(cancellation);
    }

    private async Task<IReadOnlySet<VersionKey>> VersionsAsync(IReadOnlyCollection<VersionKey> versions, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            "select u.version from storage.s3_multipart_uploads as u where u.version = any (array(select json_array_elements_text($1)))",
            cancellation, JsonSerializer.Serialize(versions.Select(version => version.Text)));
        return found.Select(VersionKey.Parse).OfType<VersionKey>().ToHashSet();
    }

    private async Task<IReadOnlySet<string>> PartsAsync(CancellationToken cancellation) =>
        (await ReadAsync("select u.id from storage.s3_multipart_uploads as u", cancellation)).ToHashSet(StringComparer.Ordinal);

    private async Task<List<string>> ReadAsync(string query, CancellationToken cancellation, params string[] values)
    {
        await using var trip = await database.ReadAsync(s_session, [StorageDatabase.Statement(query, values)], [], cancellation);
        var texts = new List<string>();
        while (await trip.Reader.ReadAsync(cancellation)) texts.Add(trip.Reader.GetString(0));
        return texts;
    }
}
