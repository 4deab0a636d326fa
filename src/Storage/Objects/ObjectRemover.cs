using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Objects;

/// <summary>Removes objects under the caller's policies: the rows first, their bytes after the commit.</summary>
public sealed class ObjectRemover(StorageDatabase database, ObjectWriter writer)
{
    /// <summary>Rows removed in one transaction where their number is open.</summary>
    private const int Batch = 1000;

    public async Task<ApiError?> RemoveAsync(Session session, string bucket, string name, CancellationToken cancellation) =>
        (await RemoveAsync(session, bucket, [name], cancellation)).Count == 1 ? null : StorageErrors.NoSuchKey;

    /// <summary>Those of the names that the caller sees and may remove; they are returned as they were.</summary>
    public Task<IReadOnlyList<ObjectRow>> RemoveAsync(Session session, string bucket, IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        RemoveAsync(session, StorageDatabase.Statement(
            $"""
            delete from storage.objects as o
            where o.bucket_id = $1 and o.name = any (array(select json_array_elements_text($2))) returning {Rows.ObjectColumns}
            """,
            bucket, JsonSerializer.Serialize(names)), cancellation);

    /// <summary>Everything below a prefix that the caller sees and may remove, batch by batch; says how much.</summary>
    /// <returns>An error where something is left that the caller sees and may not remove.</returns>
    public async Task<Result<RemovedCount>> RemoveBelowAsync(Session session, string bucket, string prefix, CancellationToken cancellation)
    {
        var removed = 0L;
        for (var after = ""; ;)
        {
            // By name, so that what cannot be removed is met once and not again and again.
            var page = await NamesAsync(session, bucket, prefix, after, cancellation);
            if (page.Count == 0) return new RemovedCount(removed);
            after = page[^1];
            var gone = (await RemoveAsync(session, bucket, page, cancellation)).Count;
            removed += gone;
            if (gone < page.Count && await IsSeenAsync(session, bucket, page, cancellation) is { } kept)
                return StorageErrors.AccessDenied($"Cannot delete: {kept}, you may have SELECT but not DELETE permissions");
        }
    }

    private async Task<IReadOnlyList<ObjectRow>> RemoveAsync(Session session, SqlStatement statement, CancellationToken cancellation)
    {
        var rows = new List<ObjectRow>();
        await using (var trip = await database.WriteAsync(session, [], [statement], cancellation))
        {
            while (await trip.Reader.ReadAsync(cancellation)) rows.Add(Rows.ReadObject(trip.Reader));
            await trip.FinishAsync(cancellation);
        }
        await writer.RemoveAsync([.. rows.Select(row => VersionKey.Parse(row.Version)).OfType<VersionKey>()]);
        return rows;
    }

    private async Task<IReadOnlyList<string>> NamesAsync(Session session, string bucket, string prefix, string after, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            $"""
            select o.name from storage.objects as o
            where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < hedgerow.end_of_prefix($2) and o.name collate "C" > $3
            order by o.name collate "C" limit {Batch}
            """,
            bucket, prefix, after);
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        var names = new List<string>();
        while (await trip.Reader.ReadAsync(cancellation)) names.Add(trip.Reader.GetString(0));
        return names;
    }

    /// <summary>One of the names that is still there, or null: others may have removed them meanwhile.</summary>
    private async Task<string?> IsSeenAsync(Session session, string bucket, IEnumerable<string> names, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement(
            "select o.name from storage.objects as o where o.bucket_id = $1 and o.name = any (array(select json_array_elements_text($2))) limit 1",
            bucket, JsonSerializer.Serialize(names));
        await using var trip = await database.ReadAsync(session, [], [statement], cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? trip.Reader.GetString(0) : null;
    }
}

/// <summary>How many objects were removed.</summary>
public sealed record RemovedCount(long Objects);
