using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Npgsql;

namespace Hedgerow.Storage.S3Protocol.Uploads;

/// <summary>
/// What the database knows of uploads in parts (<c>storage.s3_multipart_uploads</c>): all there is to know, so that any gateway goes on with an upload that
/// another one began. Whether somebody may is for the policies on <c>storage.objects</c> to say, with each request.
/// </summary>
public sealed class MultipartUploads(StorageDatabase database)
{
    private const string Columns =
        """
        u.id, u.version, u.bucket_id, u.key, u.in_progress_size, u.owner_id, u.metadata ->> 'mimetype', u.metadata ->> 'cacheControl',
        u.metadata ->> 'contentEncoding', u.user_metadata::text, u.created_at
        """;

    public async Task CreateAsync(Session session, string id, VersionKey version, UploadIntent intent, CancellationToken cancellation) =>
        await RunAsync(session, StorageDatabase.Statement(
            """
            insert into storage.s3_multipart_uploads (id, version, bucket_id, key, owner_id, metadata, user_metadata) values ($1, $2, $3, $4, $5, $6, $7)
            """,
            id, version.Text, intent.Bucket, intent.Name, intent.Owner, MultipartUpload.HeadJson(intent), intent.UserMetadata), cancellation);

    /// <param name="asCaller">Only where the caller's policies on the uploads themselves show it.</param>
    public async Task<Result<MultipartUpload>> FindAsync(Session session, string id, string bucket, string key, bool asCaller, CancellationToken cancellation)
    {
        ImmutableArray<SqlStatement> look =
        [
            StorageDatabase.Statement($"select {Columns} from storage.s3_multipart_uploads as u where u.id = $1 and u.bucket_id = $2 and u.key = $3", id, bucket, key),
        ];
        await using var trip = await database.ReadAsync(session, asCaller ? [] : look, asCaller ? look : [], cancellation);
        return await trip.Reader.ReadAsync(cancellation) && Read(trip.Reader) is { } upload ? upload : S3Errors.NoSuchUpload;
    }

    /// <summary>Lets a part count, in place of an earlier one of its number. False: the upload has ended.</summary>
    public async Task<bool> KeepAsync(Session session, MultipartUpload upload, UploadedPart part)
    {
        var statement = StorageDatabase.Statement(
            """
            with earlier as (
              select p.size from storage.s3_multipart_uploads_parts as p where p.upload_id = $1 and p.part_number = $2
            ), kept as (
              insert into storage.s3_multipart_uploads_parts as p (upload_id, part_number, size, etag, receipt, checksum, bucket_id, key, version, owner_id)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
              on conflict (upload_id, part_number) do update set
                size = excluded.size, etag = excluded.etag, receipt = excluded.receipt, checksum = excluded.checksum, owner_id = excluded.owner_id, created_at = now()
              returning p.size
            )
            update storage.s3_multipart_uploads as u
            set in_progress_size = u.in_progress_size + (select size from kept) - coalesce((select size from earlier), 0)
            where u.id = $1
            """,
            upload.Id, Text(part.Number), Text(part.Size), part.ETag, part.Receipt, part.Checksum, upload.Bucket, upload.Key, upload.Version.Text, session.Owner);
        try
        {
            await RunAsync(session, statement, CancellationToken.None);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return false;
        }
    }

    /// <param name="after">The number of the part before the first.</param>
    public async Task<ImmutableArray<UploadedPart>> PartsAsync(Session session, string id, int after, int limit, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            """
            select p.part_number, p.size, p.etag, p.receipt, coalesce(p.checksum, ''), p.created_at from storage.s3_multipart_uploads_parts as p
            where p.upload_id = $1 and p.part_number > $2 order by p.part_number limit $3
            """,
            id, Text(after), Text(limit));
        await using var trip = await database.ReadAsync(session, [statement], [], cancellation);
        var parts = ImmutableArray.CreateBuilder<UploadedPart>();
        while (await trip.Reader.ReadAsync(cancellation))
        {
            var (number, size, etag) = (trip.Reader.GetInt32(0), trip.Reader.GetInt64(1), trip.Reader.GetString(2));
            parts.Add(new UploadedPart(number, size, etag, trip.Reader.GetString(3), trip.Reader.GetString(4), trip.Reader.GetDateTime(5)));
        }
        return parts.ToImmutable();
    }

    /// <summary>Goes in the transaction that makes the upload an object, and remembers that; raises no_data_found where it has ended.</summary>
    /// <param name="etag">The object's, with its quotes.</param>
    public static SqlStatement Finish(Session session, MultipartUpload upload, string etag) => StorageDatabase.Statement(
        "select hedgerow.complete_multipart_upload($1, $2, $3, $4)", upload.Id, etag, session.Caller.Role, session.Owner);

    /// <summary>Whether this caller made an object of these parts a while ago (<see cref="AbandonedUploads"/> forgets it). The answer may have been lost.</summary>
    /// <param name="etag">With its quotes: what the parts' tags make.</param>
    public async Task<bool> IsCompletedAsync(Session session, string id, string bucket, string key, string etag, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            """
            select from storage.s3_completed_uploads as u
            where u.id = $1 and u.bucket_id = $2 and u.key = $3 and u.etag = $4 and u.role = $5 and u.owner_id is not distinct from $6::text
            """,
            id, bucket, key, etag, session.Caller.Role, session.Owner);
        await using var trip = await database.ReadAsync(session, [statement], [], cancellation);
        return await trip.Reader.ReadAsync(cancellation);
    }

    /// <summary>Forgets an upload. False: it has ended.</summary>
    public async Task<bool> RemoveAsync(Session session, string id, CancellationToken cancellation)
    {
        await using var trip = await database.WriteAsync(
            session, [StorageDatabase.Statement("delete from storage.s3_multipart_uploads as u where u.id = $1 returning u.id", id)], [], cancellation);
        var removed = await trip.Reader.ReadAsync(cancellation);
        await trip.FinishAsync(cancellation);
        return removed;
    }

    /// <summary>Uploads that the caller sees, by key and id, after the given ones; <paramref name="after"/> with an empty id: after all uploads of that key.</summary>
    public async Task<IReadOnlyList<UploadEntry>> ListAsync(
        Session session, string bucket, string prefix, (string Key, string Id) after, int limit, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            $"""
            select u.key, u.id, u.created_at from storage.s3_multipart_uploads as u
            where u.bucket_id = $1 and u.key >= $2 and u.key < hedgerow.end_of_prefix($2) collate "C"
              and {(after.Id.Length > 0 ? "(u.key, u.id) > ($3, $5)" : "u.key > $3 and $5 = ''")}
            order by u.key, u.id limit $4
            """,
            bucket, prefix, after.Key, Text(limit), after.Id);
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        var entries = new List<UploadEntry>();
        while (await trip.Reader.ReadAsync(cancellation))
        {
            var (key, id) = (trip.Reader.GetString(0), trip.Reader.GetString(1));
            entries.Add(new UploadEntry(key, id, trip.Reader.GetDateTime(2)));
        }
        return entries;
    }

    private async Task RunAsync(Session session, SqlStatement statement, CancellationToken cancellation)
    {
        await using var trip = await database.WriteAsync(session, [statement], [], cancellation);
        await trip.FinishAsync(cancellation);
    }

    /// <summary>Null: something else wrote the row.</summary>
    private static MultipartUpload? Read(NpgsqlDataReader row)
    {
        var (id, version, bucket, key) = (row.GetString(0), VersionKey.Parse(row.GetString(1)), row.GetString(2), row.GetString(3));
        var (size, owner, type, cacheControl) = (row.GetInt64(4), Rows.Text(row, 5), Rows.Text(row, 6), Rows.Text(row, 7));
        var (encoding, userMetadata) = (Rows.Text(row, 8), Rows.Text(row, 9));
        return version is { } stored
            ? new MultipartUpload(id, stored, bucket, key, size, owner, type ?? "application/octet-stream", cacheControl ?? "no-cache", encoding, userMetadata, row.GetDateTime(10))
            : null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
