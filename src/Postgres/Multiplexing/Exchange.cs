using System.Threading.Tasks.Sources;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>One transaction among those in flight on a connection: what was asked, and what came back until its ReadyForQuery.</summary>
/// <param name="before">Statements before those whose rows are the answer.</param>
/// <param name="writes">Its rows are kept, however long, and its loss is an error: it cannot simply be run again.</param>
internal sealed class Exchange(int before, bool writes) : IValueTaskSource<MultiplexedRows?>
{
    // Inline: the reader that completes an exchange goes on to answer its request, which saves a thread's wake-up for each.
    private ManualResetValueTaskSourceCore<MultiplexedRows?> _completion;
    private MultiplexedRows? _rows = new();
    private int _executed;

    public bool Writes { get; } = writes;

    /// <summary>Statements that it parses for the connection, in order.</summary>
    public Queue<PreparedText>? Parsing { get; init; }

    /// <summary>The statements that answer.</summary>
    public required PreparedText[] Answering { get; init; }

    /// <summary>It is answered with its <see cref="CommitGroup"/>.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>It is what a <see cref="CommitGroup"/> waits for.</summary>
    public bool IsFlush { get; init; }

    /// <summary>It held up those behind it until it was cut.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Where rows that arrive now belong; null where nobody wants them.</summary>
    public MultiplexedRows? Rows => _executed >= before ? _rows : null;

    /// <summary>There will be no answer.</summary>
    public bool HasFailed => _rows is null;

    /// <summary>The answer; null where the transaction was undone, or, for a read, lost or too long: it is for a connection of its own then.</summary>
    public ValueTask<MultiplexedRows?> Answer => new(this, _completion.Version);

    public void Executed() => _executed++;

    /// <summary>No answer will do: the server refused something, which undoes the transaction, or a read is too long.</summary>
    public void Fail()
    {
        _rows?.Dispose();
        _rows = null;
    }

    public void Complete()
    {
        if (_rows is not null && Answering is [var first, ..]) _rows.Description = first.Description;
        _completion.SetResult(_rows);
    }

    /// <summary>The connection broke: whether a write was committed is not known.</summary>
    public void Break(Exception cause)
    {
        Fail();
        if (Writes) _completion.SetException(cause);
        else _completion.SetResult(null);
    }

    MultiplexedRows? IValueTaskSource<MultiplexedRows?>.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<MultiplexedRows?>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<MultiplexedRows?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
