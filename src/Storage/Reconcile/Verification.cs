using System.Buffers;
using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Reconcile;

internal sealed record VerificationResult(ImmutableArray<string> Damaged, long Verified, long Unverifiable);

/// <summary>Reads every object's bytes again and holds them against size and checksum.</summary>
internal sealed class Verification(IObjectBackend backend, StorageDatabase database)
{
    private const int ChunkBytes = 128 * 1024;

    private static readonly Session s_session = new(new Caller("hedgerow_storage", "{}"), "storage.verify");

    public async Task<VerificationResult> RunAsync(DateTimeOffset before, IProgress<ReconcileProgress>? progress, CancellationToken cancellation)
    {
        var total = await StoredRows.SizeAsync(database, s_session, cancellation);
        var damaged = ImmutableArray.CreateBuilder<string>();
        var (verified, unverifiable, read) = (0L, 0L, 0L);
        await foreach (var row in StoredRows.ReadAsync(database, s_session, before, cancellation))
        {
            if (row.Checksum is null) unverifiable++;
            // Bytes that are not there are another finding.
            else if (await IsWholeAsync(row, cancellation) is { } isWhole)
            {
                if (isWhole) verified++;
                else damaged.Add(row.Path);
            }
            read += row.Size;
            progress?.Report(new("Reading bytes and holding them against their checksums", Math.Min(read, total), total));
        }
        return new VerificationResult(damaged.ToImmutable(), verified, unverifiable);
    }

    /// <summary>Null: they are not there.</summary>
    private async Task<bool?> IsWholeAsync(StoredRow row, CancellationToken cancellation)
    {
        await using var content = await backend.OpenAsync(row.Version, null, cancellation);
        if (content is null) return null;
        if (content.Length != row.Size) return false;
        var stream = content.AsStream();
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var crc = uint.MaxValue;
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;) crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
            return BodyMeasure.ChecksumOf(~crc) == row.Checksum;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
