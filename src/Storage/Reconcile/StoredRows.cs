using System.Runtime.CompilerServices;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Reconcile;

/// <summary>A row that points at bytes.</summary>
/// <param name="Path">Bucket and name.</param>
internal sealed record StoredRow(Guid Id, string Path, VersionKey Version, long Size, string? Checksum);

/// <summary>Walks through the rows, page by page, so that no transaction stays open for long.</summary>
internal static class StoredRows
{
    /// <param name="before">Rows that were written after it are left out: their bytes were not there when the store was listed.</param>
    public static async IAsyncEnumerable<StoredRow> ReadAsync(
        StorageDatabase database, Session session, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = Guid.Empty; ;)
        {
            var page = new List<StoredRow>();
            var statement = StorageDatabase.Statement(
                $"select {Rows.ObjectColumns} from storage.objects as o where o.id > $1 and o.updated_at < $2 and o.version is not null order by o.id limit 500",
                after.ToString(), before.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            await using (var trip = await database.ReadAsync(session, [statement], [], cancellation))
            {
                while (await trip.Reader.ReadAsync(cancellation))
                {
                    var row = Rows.ReadObject(trip.Reader);
                    after = row.Id;
                    if (VersionKey.Parse(row.Version) is { } version)
                        page.Add(new StoredRow(row.Id, $"{row.BucketId}/{row.Name}", version, row.Metadata.Size, row.Checksum));
                    else page.Add(new StoredRow(row.Id, "", default, 0, null));
                }
            }
            if (page.Count == 0) yield break;
            foreach (var row in page)
                if (row.Path.Length > 0) yield return row;
        }
    }

    /// <summary>Bytes in all those rows.</summary>
    public static async Task<long> SizeAsync(StorageDatabase database, Session session, CancellationToken cancellation)
    {
        var statement = StorageDatabase.Statement("select coalesce(sum(s.size), 0)::bigint from storage.get_size_by_bucket() as s");
        await using var trip = await database.ReadAsync(session, [statement], [], cancellation);
        return await trip.Reader.ReadAsync(cancellation) ? trip.Reader.GetInt64(0) : 0;
    }
}
