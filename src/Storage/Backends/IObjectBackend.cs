using System.Collections.Immutable;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// Where bytes lie. It knows versions, not names, buckets or permissions. What it has said to have stored is durable and whole; what it has
/// not, is not there. Failures of the store are <see cref="BackendException"/>s; what the body's stream throws passes through, and then nothing is stored.
/// </summary>
public interface IObjectBackend : IAsyncDisposable
{
    /// <summary>For messages: where the store is, without secrets.</summary>
    string Place { get; }

    /// <summary>Makes ready what can be made (the folder, the bucket) and tells whether the store answers.</summary>
    ValueTask<bool> AnswersAsync(CancellationToken cancellation);

    /// <summary>Stores everything that <paramref name="body"/> holds.</summary>
    /// <param name="length">Bytes in <paramref name="body"/> where that is known for certain.</param>
    Task PutAsync(VersionKey version, Stream body, long? length, CancellationToken cancellation);

    /// <summary>Opens the bytes, or the part that <paramref name="range"/> names; null where there are none under that version.</summary>
    Task<StoredContent?> OpenAsync(VersionKey version, ByteRange? range, CancellationToken cancellation);

    /// <summary>Stores the same bytes under another version; false where there are none under <paramref name="from"/>.</summary>
    Task<bool> CopyAsync(VersionKey from, VersionKey to, CancellationToken cancellation);

    /// <summary>Removes versions. One that is not there is no error.</summary>
    Task DeleteAsync(IReadOnlyCollection<VersionKey> versions, CancellationToken cancellation);

    /// <summary>Begins an upload in parts; the returned text names it together with <paramref name="version"/>, in this and every other replica.</summary>
    Task<string> BeginPartsAsync(VersionKey version, CancellationToken cancellation);

    /// <summary>Stores one part, in place of an earlier one with that number. Parts other than the last have at least 5 MiB (S3's rule).</summary>
    /// <param name="number">From 1 to 10,000.</param>
    /// <param name="length">Bytes in <paramref name="body"/>.</param>
    /// <returns>What <see cref="CompletePartsAsync"/> wants to have back.</returns>
    Task<string> PutPartAsync(VersionKey version, string upload, int number, Stream body, long length, CancellationToken cancellation);

    /// <summary>Makes the parts, in the order given, the bytes of <paramref name="version"/>.</summary>
    /// <returns>False: an earlier call made it whole already, of whatever parts were named then.</returns>
    Task<bool> CompletePartsAsync(VersionKey version, string upload, ImmutableArray<(int Number, string Receipt)> parts, CancellationToken cancellation);

    /// <summary>Forgets an upload in parts and what was stored of it. One that is not there is no error.</summary>
    Task AbortPartsAsync(VersionKey version, string upload, CancellationToken cancellation);

    /// <summary>Everything that is stored, in no order.</summary>
    IAsyncEnumerable<StoredItem> ListAsync(CancellationToken cancellation);

    /// <summary>Removes what writers that died left unfinished before <paramref name="before"/>, other than the uploads in parts that are named.</summary>
    /// <returns>How many.</returns>
    Task<int> SweepAsync(DateTimeOffset before, IReadOnlySet<string> keptUploads, CancellationToken cancellation);
}

/// <summary>One stored version.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="StoredAt">When its bytes were complete.</param>
public sealed record StoredItem(VersionKey Version, long Size, DateTimeOffset StoredAt);
