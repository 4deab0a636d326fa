namespace Hedgerow.Realtime;

/// <summary>How many connections are open, of both protocols together, and whether another may be.</summary>
public sealed class ConnectionLimit(RealtimeOptions options)
{
    private int _open;

    /// <summary>Whether another would be refused.</summary>
    public bool Full => Volatile.Read(ref _open) >= options.MaxConnections;

    /// <summary>False where as many are open as may be; else <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) > options.MaxConnections)
        {
            Interlocked.Decrement(ref _open);
            return false;
        }
        RealtimeMetrics.Connections.Add(1);
        return true;
    }

    public void Leave()
    {
        RealtimeMetrics.Connections.Add(-1);
        Interlocked.Decrement(ref _open);
    }
}
