using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres.Execution;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Npgsql;

namespace Hedgerow.Storage.Resumable;

/// <summary>
/// What the database knows of uploads under way (<c>storage.resumable_uploads</c>). Every change names the writer that makes it, and happens only
/// while that one is the latest: of two requests that go on with one upload at once, in whatever gateways, one counts.
/// </summary>
public sealed class UploadRows(StorageDatabase database)
{
    private const string Columns =
        """
        u.id, u.bucket_id, u.object_name, u.replaces, u.role, u.owner_id, u.mime_type, u.cache_control, u.user_metadata::text, u.announced, u.size,
        u.max_size, u.received, u.version, u.parts_upload, u.tail_version, u.tail_size, u.tail_md5, u.tail_crc32c, u.writer,
        u.finished_at is not null, u.expires_at <= now(), u.expires_at
        """;

    // Whoever puts the parts of a large object together on a disk is given this long before another may try; safe either way.
    private const string FinishingTime = "interval '10 seconds'";

    public async Task<ResumableUpload> CreateAsync(
        Session session, UploadIntent intent, Uploader by, string? announced, long maxBytes, TimeSpan lifetime, CancellationToken cancellation) =>
        (await ChangeAsync(session, StorageDatabase.Statement(
            $"""
            insert into storage.resumable_uploads as u
              (bucket_id, object_name, replaces, role, owner_id, mime_type, cache_control, user_metadata, announced, size, max_size, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + make_interval(secs => $12))
            returning {Columns}
            """,
            intent.Bucket, intent.Name, intent.Replaces ? "true" : "false", by.Role, by.Owner, intent.MimeType, intent.CacheControl, intent.UserMetadata,
            announced, Number(intent.DeclaredLength), Number(maxBytes), Number((long)lifetime.TotalSeconds)), cancellation))!;

    public async Task<ResumableUpload?> FindAsync(Session session, Guid id, CancellationToken cancellation)
    {
        await using var trip = await database.ReadAsync(
            session, [StorageDatabase.Statement($"select {Columns} from storage.resumable_uploads as u where u.id = $1", id.ToString())], [], cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? Read(trip.Reader) : null;
    }

    /// <summary>Makes the request the one whose bytes count.</summary>
    /// <param name="length">Bytes in the whole, where it is known only now.</param>
    /// <returns>Null: it went on meanwhile, is being finished, or ended.</returns>
    public Task<ResumableUpload?> TakeAsync(Session session, ResumableUpload upload, long? length, CancellationToken cancellation) => ChangeAsync(
        session, StorageDatabase.Statement(
            $"""
            update storage.resumable_uploads as u
            set writer = u.writer + 1, size = coalesce(u.size, $3), finishing_until = case when u.received = coalesce(u.size, $3) then now() + {FinishingTime} end
            where u.id = $1 and u.received = $2 and u.finished_at is null and u.expires_at > now() and coalesce(u.finishing_until <= now(), true)
            returning {Columns}
            """,
            upload.Id.ToString(), Number(upload.Received), Number(length)), cancellation);

    /// <summary>
    /// The next part's number, for the upload in parts that <see cref="ResumableUpload.Parts"/> names. A number is given again until a part of it counts:
    /// not every S3 server puts parts together while it holds others that are not named (Ceph's does not). Null: somebody else went on.
    /// </summary>
    public async Task<int?> ReserveAsync(Session session, ResumableUpload upload)
    {
        var statement = StorageDatabase.Statement(
            """
            update storage.resumable_uploads as u set version = $3, parts_upload = $4
            where u.id = $1 and u.writer = $2 and u.finished_at is null
            returning (select coalesce(max(p.number), 0) + 1 from storage.resumable_upload_parts as p where p.upload_id = u.id)
            """,
            upload.Id.ToString(), Number(upload.Writer), upload.Parts?.Version.Text, upload.Parts?.Upload);
        await using var trip = await database.WriteAsync(session, [statement], [], CancellationToken.None);
        int? number = await trip.Reader.ReadAsync() ? trip.Reader.GetInt32(0) : null;
        await trip.FinishAsync(CancellationToken.None);
        return number;
    }

    /// <summary>Lets count what was stored: a new part or tail, and how much that is together. Null: somebody else went on.</summary>
    public Task<ResumableUpload?> KeepAsync(Session session, ResumableUpload upload, UploadPart? part) => ChangeAsync(
        session, StorageDatabase.Statement(
            $"""
            with u as (
              update storage.resumable_uploads as u
              set received = $3, tail_version = $4, tail_size = $5, tail_md5 = $6, tail_crc32c = $7,
                finishing_until = case when u.size = $3 then now() + {FinishingTime} end
              where u.id = $1 and u.writer = $2 and u.finished_at is null
              returning u.*
            ), part as (
              insert into storage.resumable_upload_parts (upload_id, number, size, receipt, md5, crc32c)
              select u.id, $8::int, $9::bigint, $10::text, $11::text, $12::bigint from u where $8::int is not null
            )
            select {Columns} from u
            """,
            upload.Id.ToString(), Number(upload.Writer), Number(upload.Received), upload.Tail?.Version.Text, Number(upload.Tail?.Measure.Size),
            upload.Tail?.Measure.Tag, Number(upload.Tail?.Measure.Crc32C), Number(part?.Number), Number(part?.Measure.Size), part?.Receipt, part?.Measure.Tag,
            Number(part?.Measure.Crc32C)), CancellationToken.None);

    /// <summary>The parts that count, in order.</summary>
    public async Task<ImmutableArray<UploadPart>> PartsAsync(Session session, Guid id)
    {
        var statement = StorageDatabase.Statement(
            "select p.number, p.receipt, p.size, p.md5, p.crc32c from storage.resumable_upload_parts as p where p.upload_id = $1 order by p.number", id.ToString());
        await using var trip = await database.ReadAsync(session, [statement], [], CancellationToken.None);
        var parts = ImmutableArray.CreateBuilder<UploadPart>();
        while (await trip.Reader.ReadAsync())
            parts.Add(new UploadPart(
                trip.Reader.GetInt32(0), trip.Reader.GetString(1), new BodyMeasure(trip.Reader.GetInt64(2), trip.Reader.GetString(3), (uint)trip.Reader.GetInt64(4))));
        return parts.ToImmutable();
    }

    /// <summary>Goes in the transaction that makes the upload an object.</summary>
    public static SqlStatement Finish(ResumableUpload upload) =>
        StorageDatabase.Statement("select hedgerow.finish_resumable_upload($1, $2)", upload.Id.ToString(), Number(upload.Writer));

    /// <summary>It could not be made an object; others need not wait until they may try.</summary>
    public async Task ReleaseAsync(Session session, ResumableUpload upload)
    {
        var statement = StorageDatabase.Statement(
            "update storage.resumable_uploads as u set finishing_until = null where u.id = $1 and u.writer = $2", upload.Id.ToString(), Number(upload.Writer));
        await using var trip = await database.WriteAsync(session, [statement], [], CancellationToken.None);
        await trip.FinishAsync(CancellationToken.None);
    }

    /// <summary>Forgets an upload that nobody makes an object just now. Null: somebody does, or has.</summary>
    public Task<ResumableUpload?> RemoveAsync(Session session, Guid id, CancellationToken cancellation) => ChangeAsync(
        session, StorageDatabase.Statement(
            $"""
            delete from storage.resumable_uploads as u where u.id = $1 and u.finished_at is null and coalesce(u.finishing_until <= now(), true)
            returning {Columns}
            """,
            id.ToString()), cancellation);

    /// <summary>Forgets some of those that have expired. They are its caller's alone to clean up behind.</summary>
    public async Task<IReadOnlyList<ResumableUpload>> RemoveExpiredAsync(Session session, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            $"""
            delete from storage.resumable_uploads as u
            where u.id in (select e.id from storage.resumable_uploads as e where e.expires_at <= now() order by e.expires_at limit 100 for update skip locked)
            returning {Columns}
            """);
        await using var trip = await database.WriteAsync(session, [statement], [], cancellation);
        var removed = new List<ResumableUpload>();
        while (await trip.Reader.ReadAsync(cancellation)) removed.Add(Read(trip.Reader));
        await trip.FinishAsync(cancellation);
        return removed;
    }

    private async Task<ResumableUpload?> ChangeAsync(Session session, SqlStatement statement, CancellationToken cancellation)
    {
        await using var trip = await database.WriteAsync(session, [statement], [], cancellation);
        var changed = await trip.Reader.ReadAsync(cancellation) ? Read(trip.Reader) : null;
        await trip.FinishAsync(cancellation);
        return changed;
    }

    private static ResumableUpload Read(NpgsqlDataReader row)
    {
        var id = row.GetGuid(0);
        var (bucket, name, replaces) = (row.GetString(1), row.GetString(2), row.GetBoolean(3));
        var by = new Uploader(Rows.Text(row, 4), Rows.Text(row, 5));
        var (type, cacheControl, userMetadata, announced) = (row.GetString(6), row.GetString(7), Rows.Text(row, 8), Rows.Text(row, 9));
        var (size, maxBytes, received) = (Rows.Number(row, 10), row.GetInt64(11), row.GetInt64(12));
        var (version, partsUpload) = (VersionKey.Parse(Rows.Text(row, 13)), Rows.Text(row, 14));
        var (tailVersion, tailSize, tailMd5, tailCrc) = (VersionKey.Parse(Rows.Text(row, 15)), Rows.Number(row, 16), Rows.Text(row, 17), Rows.Number(row, 18));
        return new ResumableUpload(
            id, new UploadIntent(bucket, name, replaces, by.Owner, type, cacheControl, null, size, userMetadata), by, announced, maxBytes, received,
            version is { } whole && partsUpload is not null ? new StoreUpload(whole, partsUpload) : null,
            tailVersion is { } tail ? new UploadTail(tail, new BodyMeasure(tailSize ?? 0, tailMd5 ?? "", (uint)(tailCrc ?? 0))) : null,
            row.GetInt32(19), row.GetBoolean(20), row.GetBoolean(21), row.GetFieldValue<DateTimeOffset>(22));
    }

    private static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}
