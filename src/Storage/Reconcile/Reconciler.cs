using System.Collections.Immutable;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Reconcile;

/// <summary>
/// Holds the store against the database: bytes that no row points at are what crashes left, and go. It may run at any time, beside uploads and beside
/// another run. Rows are never touched.
/// </summary>
public sealed class Reconciler(IObjectBackend backend, StorageDatabase database, TimeProvider clock, IEnumerable<UploadsInFlight> inFlight)
{
    private const int Batch = 500;

    private static readonly Session s_session = new(new Caller("hedgerow_storage", "{}"), "storage.reconcile");

    /// <exception cref="ForeignStoreException">Orphans were found and nothing else, and the plan is not forced.</exception>
    /// <exception cref="BackendException">The store failed; what was found so far is removed or not, and the next run goes on.</exception>
    public async Task<ReconcileReport> RunAsync(ReconcilePlan plan, IProgress<ReconcileProgress>? progress, CancellationToken cancellation)
    {
        var begun = clock.GetUtcNow();
        var before = begun - plan.MinimumAge;
        await backend.AnswersAsync(cancellation);
        var unfinished = plan.Removes ? await SweepAsync(before, cancellation) : 0;

        var stored = plan.FindsMissing ? new HashSet<VersionKey>() : null;
        var (seen, used) = (0L, 0L);
        var orphans = new List<StoredItem>();
        await foreach (var batch in BatchesAsync(cancellation))
        {
            stored?.UnionWith(batch.Select(item => item.Version));
            var old = batch.Where(item => item.StoredAt < before).ToList();
            var pointedAt = await PointedAtAsync(old.Select(item => item.Version).ToList(), cancellation);
            orphans.AddRange(old.Where(item => !pointedAt.Contains(item.Version)));
            seen += batch.Count;
            used += pointedAt.Count + batch.Count - old.Count;
            progress?.Report(new("Looking for bytes without an object", seen, null));
        }
        // A store full of strangers is another database's.
        if (orphans.Count > 0 && used == 0 && plan is { Removes: true, Forced: false }) throw new ForeignStoreException();
        if (plan.Removes) await RemoveAsync(orphans, progress, cancellation);

        var missing = stored is null ? [] : await MissingAsync(stored, begun, cancellation);
        var verification = plan.Verifies
            ? await new Verification(backend, database).RunAsync(begun, progress, cancellation)
            : new VerificationResult([], 0, 0);
        return new ReconcileReport(
            seen, orphans.Count, orphans.Sum(item => item.Size), unfinished, missing, verification.Damaged, verification.Verified, verification.Unverifiable);
    }

    private async Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var ended = 0;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var uploads in inFlight)
        {
            ended += await uploads.EndExpiredAsync(cancellation);
            kept.UnionWith(await uploads.PartsAsync(cancellation));
        }
        return ended + await backend.SweepAsync(before, kept, cancellation);
    }

    private async IAsyncEnumerable<List<StoredItem>> BatchesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var batch = new List<StoredItem>(Batch);
        await foreach (var item in backend.ListAsync(cancellation))
        {
            batch.Add(item);
            if (batch.Count < Batch) continue;
            yield return batch;
            batch = new List<StoredItem>(Batch);
        }
        if (batch.Count > 0) yield return batch;
    }

    private async Task<HashSet<VersionKey>> PointedAtAsync(IReadOnlyCollection<VersionKey> versions, CancellationToken cancellation)
    {
        var pointedAt = new HashSet<VersionKey>();
        if (versions.Count == 0) return pointedAt;
        // Uploads first: one that becomes an object between the two looks is seen by the second.
        foreach (var uploads in inFlight) pointedAt.UnionWith(await uploads.VersionsAsync(versions, cancellation));
        var statement = StorageDatabase.Statement(
            "select o.version from storage.objects as o where o.version = any (array(select json_array_elements_text($1)))",
            JsonSerializer.Serialize(versions.Select(version => version.Text)));
        await using (var trip = await database.ReadAsync(s_session, [statement], [], cancellation))
            while (await trip.Reader.ReadAsync(cancellation))
                if (VersionKey.Parse(trip.Reader.GetString(0)) is { } version) pointedAt.Add(version);
        return pointedAt;
    }

    private async Task RemoveAsync(IReadOnlyCollection<StoredItem> orphans, IProgress<ReconcileProgress>? progress, CancellationToken cancellation)
    {
        var done = 0;
        foreach (var batch in orphans.Chunk(Batch))
        {
            // Once more, just before: a row may point at them by now.
            var pointedAt = await PointedAtAsync(batch.Select(item => item.Version).ToList(), cancellation);
            await backend.DeleteAsync([.. batch.Select(item => item.Version).Where(version => !pointedAt.Contains(version))], cancellation);
            done += batch.Length;
            progress?.Report(new("Removing bytes without an object", done, orphans.Count));
        }
    }

    private async Task<ImmutableArray<string>> MissingAsync(HashSet<VersionKey> stored, DateTimeOffset begun, CancellationToken cancellation)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        await foreach (var row in StoredRows.ReadAsync(database, s_session, begun, cancellation))
            if (!stored.Contains(row.Version)) missing.Add(row.Path);
        return missing.ToImmutable();
    }
}
