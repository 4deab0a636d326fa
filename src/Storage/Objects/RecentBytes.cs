using System.IO.Pipelines;
using Hedgerow.Storage.Backends;
using Microsoft.Extensions.Caching.Memory;

namespace Hedgerow.Storage.Objects;

/// <summary>
/// Bytes of small objects that were read lately, by version. A version's bytes never change, and the database is asked for each request which version it may
/// have: so nothing is shown that was replaced, removed or forbidden before. It saves opening a file, or a request to an S3 server.
/// </summary>
public sealed class RecentBytes(StorageOptions options) : IDisposable
{
    /// <summary>What is longer costs more to send than to open.</summary>
    private const int Longest = 64 * 1024;

    /// <summary>Of an entry beside its bytes, about.</summary>
    private const int EntryBytes = 256;

    private readonly MemoryCache? _contents = options.CachedBytes == 0 ? null : new(new MemoryCacheOptions { SizeLimit = options.CachedBytes });

    public bool Holds(long size) => _contents is not null && size <= Longest;

    /// <summary>Null where they are not here.</summary>
    public StoredContent? Find(string version, ByteRange? range) =>
        _contents?.TryGetValue(version, out byte[]? bytes) == true ? Content(bytes!, range) : null;

    /// <summary>Reads the whole of <paramref name="content"/>, which it disposes, and keeps it.</summary>
    public async Task<StoredContent> KeepAsync(string version, StoredContent content, CancellationToken cancellation)
    {
        await using var read = content;
        var bytes = new byte[content.Length];
        var copy = PipeWriter.Create(new MemoryStream(bytes));
        await content.CopyToAsync(copy, cancellation);
        await copy.CompleteAsync();
        _contents!.Set(version, bytes, new MemoryCacheEntryOptions { Size = bytes.Length + EntryBytes });
        return new MemoryContent(bytes);
    }

    private static MemoryContent Content(byte[] bytes, ByteRange? range) =>
        new(range is { } part ? bytes.AsMemory((int)part.First, (int)Math.Min(part.Length, bytes.Length - part.First)) : bytes);

    public void Dispose() => _contents?.Dispose();
}
