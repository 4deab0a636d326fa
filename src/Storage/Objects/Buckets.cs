using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Npgsql;

namespace Hedgerow.Storage.Objects;

/// <summary>A page of buckets.</summary>
/// <param name="Search">What names hold, without regard to case.</param>
/// <param name="SortColumn">One of <see cref="Buckets.SortColumns"/>.</param>
public sealed record BucketQuery(int? Limit, int? Offset, string? Search, string? SortColumn, bool Descending);

/// <summary>What a caller sets on a bucket. Null leaves it as it is; the flags say where null is meant.</summary>
public sealed record BucketChange(bool? Public, long? FileSizeLimit, bool ClearsSizeLimit, ImmutableArray<string>? MimeTypes, bool ClearsMimeTypes);

/// <summary>Buckets, under the caller's policies.</summary>
public sealed class Buckets(StorageDatabase database)
{
    public static ImmutableArray<string> SortColumns { get; } = ["id", "name", "created_at", "updated_at"];

    public async Task<ApiError?> CreateAsync(Session session, string id, string name, BucketChange bucket, CancellationToken cancellation)
    {
        // A name that begins or ends with a space can be found, but hardly by people.
        if (id != id.Trim() || name != name.Trim()) return StorageErrors.InvalidBucketName;
        var owner = session.Owner;
        var statement = StorageDatabase.Statement(
            """
            insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
            values ($1, $2, $3, $4, $5, $6, (select array_agg(value) from json_array_elements_text($7) as value))
            """,
            id, name, AsUuid(owner), owner, bucket.Public is true ? "true" : "false", Number(bucket.FileSizeLimit), Json(bucket.MimeTypes));
        try
        {
            await using var trip = await database.WriteAsync(session, [], [statement], cancellation);
            await trip.FinishAsync(cancellation);
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return StorageErrors.BucketExists;
        }
    }

    public async Task<Result<BucketRow>> FindAsync(Session session, string id, CancellationToken cancellation)
    {
        await using var trip = await database.ReadAsync(
            session, [], [StorageDatabase.Statement($"select {Rows.BucketColumns} from storage.buckets as b where b.id = $1", id)], cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? Rows.ReadBucket(trip.Reader) : StorageErrors.NoSuchBucket;
    }

    /// <summary>Whether there is such a bucket, whoever sees it.</summary>
    public async Task<bool> ExistsAsync(Session session, string id, CancellationToken cancellation)
    {
        await using var trip = await database.ReadAsync(session, [StorageDatabase.Statement("select 1 from storage.buckets as b where b.id = $1", id)], [], cancellation);
        return await trip.Reader.ReadAsync(cancellation);
    }

    public async Task<IReadOnlyList<BucketRow>> ListAsync(Session session, BucketQuery query, CancellationToken cancellation)
    {
        var order = query.SortColumn is { } column && SortColumns.Contains(column) ? $"b.{Sql.Identifier(column)} {(query.Descending ? "desc" : "asc")}, b.id" : "b.id";
        var statement = StorageDatabase.Statement(
            $"""
            select {Rows.BucketColumns} from storage.buckets as b
            where $1 = '' or strpos(lower(b.name), lower($1)) > 0
            order by {order} limit $2 offset $3
            """,
            query.Search ?? "", query.Limit?.ToString(CultureInfo.InvariantCulture), (query.Offset ?? 0).ToString(CultureInfo.InvariantCulture));
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        var buckets = new List<BucketRow>();
        while (await trip.Reader.ReadAsync(cancellation)) buckets.Add(Rows.ReadBucket(trip.Reader));
        return buckets;
    }

    public async Task<ApiError?> UpdateAsync(Session session, string id, BucketChange change, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            """
            update storage.buckets as b set
              public = coalesce($2, b.public),
              file_size_limit = case when $3 then null else coalesce($4, b.file_size_limit) end,
              allowed_mime_types = case when $5 then null when $6::json is null then b.allowed_mime_types
                else (select array_agg(value) from json_array_elements_text($6::json) as value) end
            where b.id = $1 returning b.id
            """,
            id, change.Public is { } isPublic ? Boolean(isPublic) : null, Boolean(change.ClearsSizeLimit), Number(change.FileSizeLimit),
            Boolean(change.ClearsMimeTypes), Json(change.MimeTypes));
        return await TouchesAsync(session, statement, cancellation) ? null : StorageErrors.NoSuchBucket;
    }

    /// <summary>An empty bucket only: the foreign key of the objects sees to that, also between a look and the deletion.</summary>
    public async Task<ApiError?> DeleteAsync(Session session, string id, CancellationToken cancellation)
    {
        try
        {
            var deleted = await TouchesAsync(session, StorageDatabase.Statement("delete from storage.buckets as b where b.id = $1 returning b.id", id), cancellation);
            return deleted ? null : StorageErrors.NoSuchBucket;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return StorageErrors.BucketNotEmpty;
        }
    }

    internal static string? AsUuid(string? owner) => Guid.TryParse(owner, out var id) ? id.ToString() : null;

    private async Task<bool> TouchesAsync(Session session, SqlStatement statement, CancellationToken cancellation)
    {
        await using var trip = await database.WriteAsync(session, [], [statement], cancellation);
        var touched = await trip.Reader.ReadAsync(cancellation);
        await trip.FinishAsync(cancellation);
        return touched;
    }

    private static string Boolean(bool value) => value ? "true" : "false";

    private static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string? Json(ImmutableArray<string>? list) => list is { } types ? System.Text.Json.JsonSerializer.Serialize(types) : null;
}
