using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Npgsql;

namespace Hedgerow.Storage.Objects;

/// <summary>From where to where.</summary>
public sealed record Transfer(string SourceBucket, string SourceName, string TargetBucket, string TargetName);

/// <summary>Renames and copies objects, also between buckets.</summary>
public sealed class ObjectMover(StorageDatabase database, ObjectReader reader, ObjectWriter writer, IObjectBackend backend, StorageOptions options)
{
    /// <summary>
    /// Moves the row; the bytes stay where they are, since their key is not their name. So it is done at once and as a whole, however
    /// large the object is.
    /// </summary>
    public async Task<Result<ObjectRow>> MoveAsync(Session session, Transfer transfer, CancellationToken cancellation)
    {
        if (Refuse(transfer) is { } refusal) return refusal;
        // First what the target's bucket takes: a batch that is sent cannot be called back.
        if (!(await FindSourceAsync(session, transfer, cancellation)).Ok(out _, out var unfit)) return unfit;
        var statement = StorageDatabase.Statement(
            $"""
            update storage.objects as o set bucket_id = $3, name = $4, owner = coalesce($5, o.owner), owner_id = coalesce($6, o.owner_id)
            where o.bucket_id = $1 and o.name = $2 returning {Rows.ObjectColumns}
            """,
            transfer.SourceBucket, transfer.SourceName, transfer.TargetBucket, transfer.TargetName, Buckets.AsUuid(session.Owner), session.Owner);
        try
        {
            await using var trip = await database.WriteAsync(session, [], [statement], cancellation);
            if (!await trip.Reader.ReadAsync(cancellation)) return StorageErrors.NoSuchKey;
            var moved = Rows.ReadObject(trip.Reader);
            await trip.FinishAsync(cancellation);
            return moved;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return StorageErrors.KeyExists;
        }
    }

    /// <param name="intent">Makes of the source what the copy is to be: its media type, metadata and whether it may replace; or says why there is to be none.</param>
    public async Task<Result<ObjectRow>> CopyAsync(Session session, Transfer transfer, Func<ObjectRow, Result<UploadIntent>> intent, CancellationToken cancellation)
    {
        if (Refuse(transfer) is { } refusal) return refusal;
        if (!(await reader.FindAsCallerAsync(session, transfer.SourceBucket, transfer.SourceName, cancellation)).Ok(out var source, out var missing)) return missing;
        if (!intent(source).Ok(out var wanted, out var unwanted)) return unwanted;
        if (!(await writer.AuthoriseAsync(session, wanted, isTrusted: false, cancellation)).Ok(out _, out var denied)) return denied;
        if (VersionKey.Parse(source.Version) is not { } version) return StorageErrors.NoBytes;

        var copy = VersionKey.New();
        try
        {
            if (!await backend.CopyAsync(version, copy, cancellation)) return StorageErrors.NoBytes;
        }
        catch
        {
            await writer.RemoveAsync([copy]);
            throw;
        }
        var bytes = new StoredBytes(copy, source.Metadata.Size, source.Metadata.ETag, source.Checksum);
        if (!(await writer.RecordAsync(session, wanted, bytes)).Ok(out var recorded, out var refused)) return refused;
        return source with
        {
            Id = recorded.Id, BucketId = wanted.Bucket, Name = wanted.Name, Owner = wanted.Owner, Version = copy.Text, Metadata = recorded.Metadata,
            UserMetadata = wanted.UserMetadata, CreatedAt = recorded.Metadata.LastModified.UtcDateTime, UpdatedAt = recorded.Metadata.LastModified.UtcDateTime,
        };
    }

    private static ApiError? Refuse(Transfer transfer) =>
        Names.RefuseBucket(transfer.SourceBucket) ?? Names.RefuseBucket(transfer.TargetBucket)
        ?? Names.RefuseObject(transfer.SourceName) ?? Names.RefuseObject(transfer.TargetName);

    /// <summary>The object, where the caller sees it and the target's bucket takes it: limits hold for what is moved in as for what is uploaded.</summary>
    private async Task<Result<ObjectRow>> FindSourceAsync(Session session, Transfer transfer, CancellationToken cancellation)
    {
        var limits = StorageDatabase.Statement($"select {Rows.LimitColumns} from storage.buckets as b where b.id = $1", transfer.TargetBucket);
        var source = StorageDatabase.Statement(
            $"select {Rows.ObjectColumns} from storage.objects as o where o.bucket_id = $1 and o.name = $2", transfer.SourceBucket, transfer.SourceName);
        await using var trip = await database.ReadAsync(session, [limits], [source], cancellation);
        var bucket = await trip.Reader.ReadAsync(cancellation) ? Rows.ReadLimits(trip.Reader) : null;
        await trip.NextAsync(cancellation); // becoming the caller
        await trip.NextAsync(cancellation);
        if (!await trip.Reader.ReadAsync(cancellation)) return StorageErrors.NoSuchKey;
        var row = Rows.ReadObject(trip.Reader);
        if (bucket is null) return StorageErrors.NoSuchBucket;
        if (transfer.SourceBucket == transfer.TargetBucket) return row;
        if (MimeTypes.Refuse(row.Metadata.MimeType, bucket.AllowedMimeTypes) is { } wrongType) return wrongType;
        return row.Metadata.Size > Math.Min(bucket.FileSizeLimit ?? long.MaxValue, options.FileSizeLimit) ? StorageErrors.TooLarge : row;
    }
}
