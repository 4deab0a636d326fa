using System.Threading.Tasks.Sources;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>One transaction among those in flight on a connection: what was asked, and what came back until its ReadyForQuery.</summary>
/// <param name="statements">How many it executes; the row of the last one is the answer.</param>
/// <param name="writes">Its row is kept, however long, and its loss is an error: it cannot simply be run again.</param>
internal sealed class Exchange(int statements, bool writes) : IValueTaskSource<MultiplexedRow?>
{
    // Inline: the reader that completes an exchange goes on to answer its request, which saves a thread's wake-up for each.
    private ManualResetValueTaskSourceCore<MultiplexedRow?> _completion;
    private MultiplexedRow? _row;
    private int _executed;

    public bool Writes { get; } = writes;

    /// <summary>Statements that it parses for the connection, in order.</summary>
    public Queue<PreparedText>? Parsing { get; init; }

    /// <summary>The statement that answers.</summary>
    public required PreparedText Answering { get; init; }

    /// <summary>The server refused something: the transaction is undone.</summary>
    public bool Failed { get; set; }

    /// <summary>Whether a row that arrives now is the answer.</summary>
    public bool IsAnswering => _executed == statements - 1 && _row is null;

    /// <summary>The answer; null where the transaction was undone, or, for a read, lost or too long: it is for a connection of its own then.</summary>
    public ValueTask<MultiplexedRow?> Answer => new(this, _completion.Version);

    public void Executed() => _executed++;

    public void Take(MultiplexedRow row) => _row = row;

    public void Complete()
    {
        if (Failed) Drop();
        _completion.SetResult(_row);
    }

    /// <summary>The connection broke: whether a write was committed is not known.</summary>
    public void Break(Exception cause)
    {
        Drop();
        if (Writes) _completion.SetException(cause);
        else _completion.SetResult(null);
    }

    private void Drop()
    {
        _row?.Dispose();
        _row = null;
    }

    MultiplexedRow? IValueTaskSource<MultiplexedRow?>.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<MultiplexedRow?>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<MultiplexedRow?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
