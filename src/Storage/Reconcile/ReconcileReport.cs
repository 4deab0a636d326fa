using System.Collections.Immutable;

namespace Hedgerow.Storage.Reconcile;

/// <summary>What a reconciliation is to do.</summary>
/// <param name="MinimumAge">Bytes younger than this are left alone: their row may be on its way.</param>
/// <param name="Removes">Orphans are removed rather than counted only.</param>
/// <param name="FindsMissing">Rows are looked up in the store as well; holds 16 bytes of memory a stored version.</param>
/// <param name="Verifies">Bytes are read again and held against their checksums.</param>
/// <param name="Forced">Orphans are removed even where the store holds nothing that belongs to this database.</param>
public sealed record ReconcilePlan(TimeSpan MinimumAge, bool Removes = true, bool FindsMissing = false, bool Verifies = false, bool Forced = false);

/// <summary>What a reconciliation found.</summary>
/// <param name="Stored">Versions in the store.</param>
/// <param name="Orphans">Versions that no row points at.</param>
/// <param name="OrphanBytes">Their size.</param>
/// <param name="Unfinished">What dead writers had left and was removed, and uploads that had expired.</param>
/// <param name="Missing">Objects (bucket/name) whose bytes are not there.</param>
/// <param name="Damaged">Objects whose bytes are not what was stored.</param>
/// <param name="Verified">Objects whose bytes were read and are right.</param>
/// <param name="Unverifiable">Objects without a checksum.</param>
public sealed record ReconcileReport(
    long Stored, long Orphans, long OrphanBytes, int Unfinished, ImmutableArray<string> Missing, ImmutableArray<string> Damaged, long Verified, long Unverifiable)
{
    /// <summary>Something is lost that reconciling cannot mend.</summary>
    public bool IsDamaged => !Missing.IsEmpty || !Damaged.IsEmpty;
}

/// <summary>How far it is.</summary>
/// <param name="Step">What is being done, for people.</param>
/// <param name="Total">Null: not known.</param>
public sealed record ReconcileProgress(string Step, long Done, long? Total);

/// <summary>The store and the database do not belong together. Nothing was removed.</summary>
public sealed class ForeignStoreException() : Exception("None of the versions in the store belongs to an object in the database");
