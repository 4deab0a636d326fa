namespace Hedgerow.Storage.Backends;

/// <summary>How long an S3 server may stand still: a clock that starts anew whenever it goes on, and rests while a client is waited for.</summary>
internal sealed class S3Patience : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;

    public S3Patience(TimeSpan patience, CancellationToken caller)
    {
        (_patience, _caller) = (patience, caller);
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
    }

    /// <summary>Ends with the caller's request, or when the patience is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The patience is over, and nobody else ended the wait.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Begin() => _source.CancelAfter(_patience);

    public void Rest() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _source.Dispose();
}
