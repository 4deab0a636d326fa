namespace Hedgerow.Storage.Backends;

/// <summary>
/// A temporary file that holds one part of a body whose length nobody knows. A file rather than memory: many uploads at once must not
/// cost a part's size each.
/// </summary>
internal sealed class PartSpool : IAsyncDisposable
{
    /// <summary>S3 wants 5 MiB at least.</summary>
    public const long PartBytes = 8 * 1024 * 1024;

    private readonly FileStream _file = Create();

    /// <summary>What it holds, from its beginning.</summary>
    public Stream Content
    {
        get
        {
            _file.Position = 0;
            return _file;
        }
    }

    /// <summary>Takes at most <paramref name="limit"/> bytes from <paramref name="body"/> in place of what it held; says how many.</summary>
    public async Task<long> FillAsync(Stream body, long limit, CancellationToken cancellation)
    {
        _file.SetLength(0);
        await new BoundedStream(body, limit).CopyToAsync(_file, 64 * 1024, cancellation);
        return _file.Length;
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"hedgerow-part-{Guid.NewGuid():N}"), options);
    }
}
