namespace Hedgerow.Storage.Backends;

/// <summary>Files one after the other, as one stream; one is open at a time.</summary>
internal sealed class JoinedFiles(IReadOnlyList<string> paths) : ReadOnlyBody
{
    private FileStream? _open;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_open is null)
            {
                if (_next == paths.Count) return 0;
                _open = new FileStream(paths[_next++], FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            }
            var read = await _open.ReadAsync(buffer, cancellationToken);
            if (read > 0) return read;
            await _open.DisposeAsync();
            _open = null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _open?.Dispose();
        base.Dispose(disposing);
    }
}
