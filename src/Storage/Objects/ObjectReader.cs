using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Objects;

/// <summary>Finds objects, under the caller's policies or, where a bucket is public or a URL is signed, without them.</summary>
public sealed class ObjectReader(StorageDatabase database, PublicObjects publicObjects, RecentBytes recent, IObjectBackend backend)
{
    private const string PublicObject =
        $"select b.public, {Rows.ObjectColumns} from storage.buckets as b left join storage.objects as o on b.public and o.bucket_id = b.id and o.name = $2 where b.id = $1";
    private const string OneObject = $"select {Rows.ObjectColumns} from storage.objects as o where o.bucket_id = $1 and o.name = $2";

    /// <summary>An object of a public bucket; others do not exist for those without a token.</summary>
    public async Task<Result<ObjectRow>> FindPublicAsync(string bucket, string name) =>
        Refuse(bucket, name) is { } refusal ? refusal : await publicObjects.FindAsync(bucket, name);

    /// <summary>An object of a public bucket, or one that the caller's policies show.</summary>
    public async Task<Result<ObjectRow>> FindAsync(Session session, string bucket, string name, CancellationToken cancellation)
    {
        if (Refuse(bucket, name) is { } refusal) return refusal;
        await using var trip = await database.ReadAsync(
            session, [StorageDatabase.Statement(PublicObject, bucket, name)], [StorageDatabase.Statement(OneObject, bucket, name)], cancellation);
        if (!await trip.Reader.ReadAsync(cancellation)) return StorageErrors.NoSuchBucket;
        if (!trip.Reader.IsDBNull(0) && trip.Reader.GetBoolean(0))
            return trip.Reader.IsDBNull(1) ? StorageErrors.NoSuchKey : Rows.ReadObject(trip.Reader, 1);
        await trip.NextAsync(cancellation); // becoming the caller
        await trip.NextAsync(cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? Rows.ReadObject(trip.Reader) : StorageErrors.NoSuchKey;
    }

    /// <summary>An object under the caller's policies, whatever its bucket.</summary>
    public async Task<Result<ObjectRow>> FindAsCallerAsync(Session session, string bucket, string name, CancellationToken cancellation)
    {
        if (Refuse(bucket, name) is { } refusal) return refusal;
        await using var trip = await database.ReadAsync(session, [], [StorageDatabase.Statement(OneObject, bucket, name)], cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? Rows.ReadObject(trip.Reader) : StorageErrors.NoSuchKey;
    }

    /// <summary>An object that a signed URL names.</summary>
    public async Task<Result<ObjectRow>> FindSignedAsync(Session session, string bucket, string name, CancellationToken cancellation)
    {
        if (Refuse(bucket, name) is { } refusal) return refusal;
        await using var trip = await database.ReadAsync(session, [StorageDatabase.Statement(OneObject, bucket, name)], [], cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? Rows.ReadObject(trip.Reader) : StorageErrors.NoSuchKey;
    }

    /// <summary>Which of the names are objects that the caller sees.</summary>
    public async Task<IReadOnlySet<string>> FindNamesAsync(Session session, string bucket, IEnumerable<string> names, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            "select o.name from storage.objects as o where o.bucket_id = $1 and o.name = any (array(select json_array_elements_text($2)))",
            bucket, JsonSerializer.Serialize(names));
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await trip.Reader.ReadAsync(cancellation)) found.Add(trip.Reader.GetString(0));
        return found;
    }

    /// <summary>Opens an object's bytes; null where they are not there (any more).</summary>
    public async ValueTask<StoredContent?> OpenAsync(ObjectRow row, ByteRange? range, CancellationToken cancellation)
    {
        if (row.Version is null) return null;
        if (recent.Find(row.Version, range) is { } known) return known;
        if (VersionKey.Parse(row.Version) is not { } version || await backend.OpenAsync(version, range, cancellation) is not { } content) return null;
        return range is null && recent.Holds(content.Length) ? await recent.KeepAsync(row.Version, content, cancellation) : content;
    }

    private static ApiError? Refuse(string bucket, string name) => Names.RefuseBucket(bucket) ?? Names.RefuseObject(name);
}
