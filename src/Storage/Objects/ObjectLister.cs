using System.Globalization;
using System.Text.Json;
using Hedgerow.Postgres.Execution;
using Npgsql;

namespace Hedgerow.Storage.Objects;

/// <summary>An entry of a list: an object, or a folder, which has no id.</summary>
/// <param name="Key">List v2: the part of the name at the listed level.</param>
/// <param name="Metadata">As the column holds it.</param>
public sealed record ListEntry(
    string? Key, string Name, Guid? Id, DateTime? UpdatedAt, DateTime? CreatedAt, DateTime? LastAccessedAt, string? Metadata);

/// <summary>List v1: a page by offset of what is directly in a folder.</summary>
/// <param name="Prefix">The folder, with a slash at its end unless it is empty.</param>
public sealed record FolderQuery(string Bucket, string Prefix, string Search, int Limit, int Offset, string SortColumn, bool Descending);

/// <summary>List v2: a page after a cursor.</summary>
/// <param name="Delimiter">What ends a folder's name; null: every object below the prefix is listed, no folders.</param>
/// <param name="After">The last name of the page before; empty: the first page.</param>
/// <param name="AfterTime">That entry's time where the list is sorted by one; empty otherwise.</param>
public sealed record CursorQuery(
    string Bucket, string Prefix, string? Delimiter, int Limit, string After, string SortColumn, string AfterTime, bool Descending);

/// <summary>Lists objects under the caller's policies, through the functions of <c>sql/migrations/platform/0071_storage_listing.sql</c>, <c>0095</c> and <c>0120</c>.</summary>
public sealed class ObjectLister(StorageDatabase database)
{
    private const string Entry = "name, id, updated_at, created_at, last_accessed_at, metadata::text";

    public Task<IReadOnlyList<ListEntry>> ListAsync(Session session, FolderQuery query, CancellationToken cancellation) =>
        RunAsync(session, StorageDatabase.Statement(
            $"select null::text, {Entry} from storage.search($1, $2, $3, 1, $4, $5, $6, $7)",
            query.Prefix, query.Bucket, Text(query.Limit), Text(query.Offset), query.Search, query.SortColumn, Order(query.Descending)), cancellation);

    /// <summary>The object whose whole name is the prefix, where its name holds what is searched for.</summary>
    public Task<IReadOnlyList<ListEntry>> ListExactAsync(Session session, FolderQuery query, CancellationToken cancellation) =>
        RunAsync(session, StorageDatabase.Statement(
            """
            select null::text, o.name, o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata::text
            from storage.objects as o
            where o.bucket_id = $1 and o.name collate "C" = $2 and ($3 = '' or strpos(o.name_lower, lower($3)) > 0)
            limit $4 offset $5
            """,
            query.Bucket, query.Prefix, query.Search, Text(query.Limit), Text(query.Offset)), cancellation);

    public Task<IReadOnlyList<ListEntry>> ListAsync(Session session, CursorQuery query, CancellationToken cancellation) =>
        RunAsync(session, query switch
        {
            { Delimiter: null } => Flat(query),
            { Delimiter: "/" } => StorageDatabase.Statement(
                $"select key, {Entry} from storage.search_v2($1, $2, $3, $4, $5, $6, $7, $8)",
                query.Prefix, query.Bucket, Text(query.Limit), Text(query.Prefix.Count(c => c == '/') + 1), query.After, Order(query.Descending),
                query.SortColumn, query.AfterTime),
            _ => StorageDatabase.Statement(
                $"select null::text, {Entry} from storage.list_objects_with_delimiter($1, $2, $3, $4, $5, '', $6)",
                query.Bucket, query.Prefix, query.Delimiter, Text(query.Limit), query.After, Order(query.Descending)),
        }, cancellation);

    /// <summary>Who owns which of the objects (a <c>sub</c>); those of nobody are left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OwnersAsync(Session session, string bucket, IEnumerable<string> names, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            """
            select o.name, o.owner_id from storage.objects as o
            where o.bucket_id = $1 and o.owner_id is not null and o.name = any (array(select json_array_elements_text($2)))
            """,
            bucket, JsonSerializer.Serialize(names));
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await trip.Reader.ReadAsync(cancellation)) owners.Add(trip.Reader.GetString(0), trip.Reader.GetString(1));
        return owners;
    }

    /// <summary>All objects below the prefix. The comparisons are leakproof, so that the index serves every role.</summary>
    private static SqlStatement Flat(CursorQuery query)
    {
        var (order, beyond) = query.Descending ? ("desc", "<") : ("asc", ">");
        var sorted = query.SortColumn is "created_at" or "updated_at" ? query.SortColumn : null;
        var after = sorted is null
            ? $"o.name collate \"C\" {beyond} $3"
            : $"(date_trunc('milliseconds', o.{sorted}), o.name collate \"C\") {beyond} (coalesce(nullif($5, '')::timestamptz, 'epoch'), $3)";
        return StorageDatabase.Statement(
            $"""
            select null::text, o.name, o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata::text
            from storage.objects as o
            where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < hedgerow.end_of_prefix($2)
              {(query.After.Length == 0 ? "and $3 = ''" : $"and {after}")}
            order by {(sorted is null ? "" : $"date_trunc('milliseconds', o.{sorted}) {order}, ")}o.name collate "C" {order}
            limit $4
            """,
            [query.Bucket, query.Prefix, query.After, Text(query.Limit), .. sorted is not null && query.After.Length > 0 ? new[] { query.AfterTime } : []]);
    }

    private async Task<IReadOnlyList<ListEntry>> RunAsync(Session session, SqlStatement statement, CancellationToken cancellation)
    {
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        var entries = new List<ListEntry>();
        while (await trip.Reader.ReadAsync(cancellation)) entries.Add(Read(trip.Reader));
        return entries;
    }

    private static ListEntry Read(NpgsqlDataReader reader) => new(
        Rows.Text(reader, 0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), Time(reader, 3), Time(reader, 4), Time(reader, 5),
        Rows.Text(reader, 6));

    private static DateTime? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Order(bool descending) => descending ? "desc" : "asc";
}
