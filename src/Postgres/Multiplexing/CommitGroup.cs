using Hedgerow.Postgres.Execution;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// Transactions on one connection that wait for the disk together. Each of them commits asynchronously (<see cref="Setting"/>); behind them goes a transaction more
/// (<see cref="Flush"/>), which commits as the server is set up to. The log is flushed, and sent to synchronous standbys, in its own order, so what they did is as safe as that one is
/// (PostgreSQL documentation, 28.4 Asynchronous Commit), and only then are they answered. For as long as that takes others may see rows that a crash would still undo; nobody was told that they are
/// there to stay.
/// </summary>
internal sealed class CommitGroup
{
    private readonly List<Exchange> _committed = [];
    private bool _hasJoined;
    private bool _isFlushing;

    /// <summary>Made in a transaction that joins.</summary>
    public static KeyValuePair<string, string> Setting { get; } = new("synchronous_commit", "off");

    /// <summary>Something that has to be written to the log. Every login may, unless the DBA has revoked it.</summary>
    public static SqlStatement Flush { get; } = new("select pg_catalog.pg_logical_emit_message(true, 'hedgerow.flush', '')", []);

    /// <summary>Some were sent behind the last flush, and it has ended: the longer one takes, the more the next one is for.</summary>
    public bool WantsFlush => _hasJoined && !_isFlushing;

    /// <summary>One that joins is sent.</summary>
    public void Join() => _hasJoined = true;

    /// <summary>A flush is sent, behind all that have joined.</summary>
    public void BeginFlush() => (_hasJoined, _isFlushing) = (false, true);

    public void EndFlush() => _isFlushing = false;

    /// <summary>One has committed, and is not answered yet.</summary>
    public void Add(Exchange committed) => _committed.Add(committed);

    /// <summary>Answers the flush and those before it.</summary>
    /// <exception cref="InvalidDataException">The server refused to flush: how safe they are is not known.</exception>
    public void Answer(Exchange flush)
    {
        if (flush.HasFailed && _committed.Count > 0) throw new InvalidDataException("The server refused to flush its log.");
        foreach (var exchange in _committed) exchange.Complete();
        _committed.Clear();
        flush.Complete();
    }

    public void Break(Exception cause)
    {
        foreach (var exchange in _committed) exchange.Break(cause);
        _committed.Clear();
    }
}
