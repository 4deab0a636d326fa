using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Hedgerow.Storage.Backends;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Storage.Objects;

/// <summary>
/// How bytes become an object: permission first, bytes next, the row last. A crash in between leaves bytes that no row points at, which
/// reconciling removes; never a row without bytes, never half of either.
/// </summary>
public sealed class ObjectWriter(StorageDatabase database, IObjectBackend backend, StorageOptions options, TimeProvider clock, ILogger<ObjectWriter> logger)
{
    /// <summary>
    /// Whether the upload is allowed: its bucket takes it, and the caller's policies let the row in. The row is written and rolled back, so that
    /// policies and triggers decide exactly as they will.
    /// </summary>
    /// <param name="isTrusted">A signed URL allows it already; the policies were asked when that was signed.</param>
    public async Task<Result<UploadPermit>> AuthoriseAsync(Session session, UploadIntent intent, bool isTrusted, CancellationToken cancellation)
    {
        if (Names.RefuseBucket(intent.Bucket) is { } badBucket) return badBucket;
        if (Names.RefuseObject(intent.Name) is { } badName) return badName;
        ImmutableArray<SqlStatement> asRoom =
        [
            StorageDatabase.Statement(
                $"select {Rows.LimitColumns}, exists(select from storage.objects as o where o.bucket_id = b.id and o.name = $2) from storage.buckets as b where b.id = $1",
                intent.Bucket, intent.Name),
        ];
        ApiError? refusal = null;
        long maxBytes = 0;
        try
        {
            await using var trip = await database.TryAsync(session, asRoom, isTrusted ? [] : [Insertion(intent)], cancellation);
            if (!await trip.Reader.ReadAsync(cancellation)) refusal = StorageErrors.NoSuchBucket;
            else if (LimitOf(intent, Rows.ReadLimits(trip.Reader)).Ok(out maxBytes, out refusal) && isTrusted && trip.Reader.GetBoolean(3) && !intent.Replaces) refusal = StorageErrors.KeyExists;
            if (refusal is null) await trip.FinishAsync(cancellation);
        }
        catch (PostgresException e) when (refusal is not null || e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // What the bucket says comes before what the policies say, though both were asked at once.
            refusal ??= StorageErrors.KeyExists;
        }
        return refusal is null ? new UploadPermit(intent, maxBytes) : refusal;
    }

    /// <summary>Whether the caller's policies let an object of that name in, of which nothing else is known yet; null: they do.</summary>
    public async Task<ApiError?> RefuseAsync(Session session, string bucket, string name, bool replaces, CancellationToken cancellation)
    {
        if ((Names.RefuseBucket(bucket) ?? Names.RefuseObject(name)) is { } badName) return badName;
        var intent = new UploadIntent(bucket, name, replaces, session.Owner, "", "", null, null, null);
        ApiError? refusal = null;
        try
        {
            await using var trip = await database.TryAsync(
                session, [StorageDatabase.Statement("select 1 from storage.buckets as b where b.id = $1", bucket)], [Insertion(intent)], cancellation);
            if (!await trip.Reader.ReadAsync(cancellation)) refusal = StorageErrors.NoSuchBucket;
            else await trip.FinishAsync(cancellation);
        }
        catch (PostgresException e) when (refusal is not null || e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            refusal ??= StorageErrors.KeyExists;
        }
        return refusal;
    }

    /// <summary>Stores the body and makes it an object. A body that is too large, breaks off or cannot be stored leaves nothing.</summary>
    /// <param name="length">Bytes in <paramref name="body"/> where that is certain.</param>
    /// <param name="condition">Runs as the room, in the transaction that records the object and before it: what it raises refuses the upload.</param>
    /// <param name="tagsByMd5">The tag is the MD5 also of a large body.</param>
    /// <exception cref="BackendException">The store failed.</exception>
    /// <exception cref="BodyTooLargeException">The body holds more than the permit allows.</exception>
    public async Task<Result<Recorded>> StoreAsync(
        Session session, UploadPermit permit, Stream body, long? length, CancellationToken cancellation, SqlStatement? condition = null, bool tagsByMd5 = false)
    {
        var version = VersionKey.New();
        await using var metered = new MeteredBody(body, permit.MaxBytes, tagsByMd5 ? null : new LargeTag(version, length));
        BodyMeasure measure;
        try
        {
            await backend.PutAsync(version, metered, length, cancellation);
            measure = metered.Finish();
        }
        catch
        {
            // The store may have taken it and only the answer was lost.
            await RemoveAsync([version]);
            throw;
        }
        return await RecordAsync(session, permit.Intent, new StoredBytes(version, measure.Size, $"\"{measure.Tag}\"", measure.Checksum), condition, keepsRefused: false);
    }

    /// <summary>
    /// Makes bytes that are stored an object. Where that is refused, they are removed. It is not cancelled with the request: the bytes are there, and whether
    /// somebody still waits for the answer changes nothing.
    /// </summary>
    /// <param name="account">
    /// Goes in the same transaction, first: what keeps account of an upload that came in several requests. Refused bytes are then left to that account.
    /// </param>
    public Task<Result<Recorded>> RecordAsync(Session session, UploadIntent intent, StoredBytes bytes, SqlStatement? account = null) =>
        RecordAsync(session, intent, bytes, account, keepsRefused: account is not null);

    private async Task<Result<Recorded>> RecordAsync(Session session, UploadIntent intent, StoredBytes bytes, SqlStatement? before, bool keepsRefused)
    {
        var metadata = new ObjectMetadata(bytes.ETag, bytes.Size, intent.MimeType, intent.CacheControl, clock.GetUtcNow(), intent.ContentEncoding, intent.RobotsTag);
        var statement = StorageDatabase.Statement(
            "select r.id, r.replaced_version from hedgerow.record_object($1, $2, $3, $4, $5, $6, $7, $8) as r",
            intent.Bucket, intent.Name, intent.Owner, bytes.Version.Text, metadata.ToJson(), intent.UserMetadata, bytes.Checksum, intent.Replaces ? "true" : "false");
        try
        {
            Guid id;
            string? replaced;
            await using (var trip = await database.WriteAsync(session, before is null ? [statement] : [before, statement], [], CancellationToken.None))
            {
                if (before is not null) await trip.NextAsync(CancellationToken.None);
                await trip.Reader.ReadAsync(CancellationToken.None);
                id = trip.Reader.GetGuid(0);
                replaced = Rows.Text(trip.Reader, 1);
                await trip.FinishAsync(CancellationToken.None);
            }
            if (VersionKey.Parse(replaced) is { } old) await RemoveAsync([old]);
            return new Recorded(id, metadata);
        }
        catch (PostgresException e)
        {
            // The server said no, so no row points at them. (After a broken connection one might: then reconciling decides.)
            if (!keepsRefused) await RemoveAsync([bytes.Version]);
            if (e.SqlState == PostgresErrorCodes.UniqueViolation) return StorageErrors.KeyExists;
            if (e.SqlState == PostgresErrorCodes.ForeignKeyViolation) return StorageErrors.NoSuchBucket;
            throw;
        }
    }

    /// <summary>Removes bytes that nothing points at any more. What fails is left to reconciling: the caller's request has succeeded.</summary>
    public async Task RemoveAsync(IReadOnlyCollection<VersionKey> versions)
    {
        if (versions.Count == 0) return;
        try
        {
            await backend.DeleteAsync(versions, CancellationToken.None);
        }
        catch (BackendException e)
        {
            Log.BytesLeft(logger, e, versions.Count);
        }
    }

    /// <summary>How much the bucket takes, or why it does not take this.</summary>
    private Result<long> LimitOf(UploadIntent intent, BucketLimits limits)
    {
        var isFolder = Names.IsEmptyFolder(intent.Name);
        var maxBytes = isFolder ? 0 : Math.Min(limits.FileSizeLimit ?? long.MaxValue, options.FileSizeLimit);
        if (!isFolder && MimeTypes.Refuse(intent.MimeType, limits.AllowedMimeTypes) is { } wrongType) return wrongType;
        return intent.DeclaredLength - intent.FormBytes > maxBytes ? StorageErrors.TooLarge : maxBytes;
    }

    private static SqlStatement Insertion(UploadIntent intent) => StorageDatabase.Statement(
        $"""
        insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata) values ($1, $2, $3, $4, '1', $5, $6)
        {(intent.Replaces
            ? """
              on conflict (bucket_id, name) do update set
                owner = excluded.owner, owner_id = excluded.owner_id, version = excluded.version, metadata = excluded.metadata, user_metadata = excluded.user_metadata
              returning id
              """
            : "")}
        """,
        intent.Bucket, intent.Name, Buckets.AsUuid(intent.Owner), intent.Owner, intent.MimeType.Length > 0 ? ObjectMetadata.Announced(intent.MimeType, intent.DeclaredLength) : null, intent.UserMetadata);
}
