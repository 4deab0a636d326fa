using System.Collections.Immutable;
using Hedgerow.Postgres.Execution;
using Npgsql;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// One connection that many transactions share: each is a pipeline of its own that ends with a Sync (PostgreSQL documentation, 54.2.4 Pipelining),
/// sent without waiting for those before it. What is written while a write is under way leaves together with the next one.
/// </summary>
internal sealed class MultiplexedConnection : IAsyncDisposable, IThreadPoolWorkItem
{
    /// <summary>A read's rows beyond this are not kept: they are for a connection that streams.</summary>
    private const int LongestRead = 256 * 1024;

    private readonly Stream _stream;
    private readonly BackendReader _reader;
    private readonly Lock _sync = new();
    private readonly Queue<Exchange> _pending = new();
    private readonly PreparedTexts _texts = new();
    private readonly CommitGroup _group = new();
    private FrontendBuffer _filling = new();
    private FrontendBuffer _leaving = new();
    private Exchange? _current;
    private PreparedText? _parsed;
    private bool _sending;
    private bool _closed;
    private Task _reading = Task.CompletedTask;

    private MultiplexedConnection(Stream stream) => (_stream, _reader) = (stream, new BackendReader(stream));

    /// <summary>Takes over a stream that is past its first ReadyForQuery.</summary>
    /// <param name="groupsCommits">Writes may wait for the disk together, if the server lets this login flush its log.</param>
    public static async Task<MultiplexedConnection> BeginAsync(Stream stream, bool groupsCommits, CancellationToken cancellation)
    {
        var connection = new MultiplexedConnection(stream);
        connection._reading = Task.Run(connection.ReadAsync);
        if (!groupsCommits) return connection;
        // A flush may wait for a synchronous standby as long as that is away.
        await using var ending = cancellation.Register(connection.Close);
        connection.GroupsCommits = await connection.TryFlushAsync();
        return connection;
    }

    /// <summary>Whether a transaction may join a <see cref="CommitGroup"/> here.</summary>
    public bool GroupsCommits { get; private set; }

    public int Pending => _pending.Count;

    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Sends a transaction. Null: there is no place for it here.</summary>
    /// <param name="isGrouped">It commits without a wait of its own (<see cref="CommitGroup.Setting"/> is among <paramref name="settings"/>).</param>
    /// <param name="most">Transactions in flight with it.</param>
    /// <exception cref="System.Text.EncoderFallbackException">A value is no valid Unicode; nothing was sent.</exception>
    public Exchange? Send(SqlStatement settings, SqlStatement? before, ImmutableArray<SqlStatement> answering, bool writes, bool isGrouped, int most)
    {
        Exchange exchange;
        lock (_sync)
        {
            if (_closed || _pending.Count >= most) return null;
            var start = _filling.Length;
            try
            {
                Queue<PreparedText>? parsing = null;
                Write(settings, ref parsing);
                if (before is not null) Write(before, ref parsing);
                var prepared = new PreparedText[answering.Length];
                for (var i = 0; i < prepared.Length; i++) prepared[i] = Write(answering[i], ref parsing);
                exchange = new Exchange(before is null ? 1 : 2, writes) { Parsing = parsing, Answering = prepared, IsGrouped = isGrouped };
            }
            catch
            {
                _filling.Truncate(start);
                throw;
            }
            if (isGrouped) _group.Join();
            if (!Enqueue(exchange)) return exchange;
        }
        // Behind the requests that wait for a thread already: theirs leave in the same write.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return exchange;
    }

    /// <summary>Ends the transaction that was written. True: somebody has to begin to send.</summary>
    private bool Enqueue(Exchange exchange)
    {
        _texts.CloseForgotten(_filling);
        _filling.Sync();
        _pending.Enqueue(exchange);
        return !_sending && (_sending = true);
    }

    /// <summary>Writes a transaction that flushes the server's log. True: somebody has to begin to send.</summary>
    private bool EnqueueFlush(out Exchange flush)
    {
        _group.BeginFlush();
        Queue<PreparedText>? parsing = null;
        Write(CommitGroup.Flush, ref parsing);
        flush = new Exchange(before: 1, writes: true) { Parsing = parsing, Answering = [], IsFlush = true };
        return Enqueue(flush);
    }

    private async Task<bool> TryFlushAsync()
    {
        Exchange flush;
        lock (_sync)
        {
            if (_closed) return false;
            EnqueueFlush(out flush);
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        try
        {
            using var answer = await flush.Answer;
            return answer is not null;
        }
        catch (NpgsqlException)
        {
            return false; // the connection broke, which those who use it will see
        }
    }

    private PreparedText Write(SqlStatement statement, ref Queue<PreparedText>? parsing)
    {
        if (!_texts.Find(statement.Text, out var prepared))
        {
            prepared = _texts.New(statement.Text);
            _filling.Parse(prepared.Name, prepared.Text, statement.Values);
            _filling.DescribeStatement(prepared.Name);
            (parsing ??= new()).Enqueue(prepared);
        }
        _filling.Bind(prepared.Name, statement.Values);
        _filling.Execute();
        return prepared;
    }

    void IThreadPoolWorkItem.Execute() => _ = SendFilledAsync();

    /// <summary>Writes until nothing is left. It never fails: a broken stream ends the reading.</summary>
    private async Task SendFilledAsync()
    {
        try
        {
            while (TryTakeFilled()) await _stream.WriteAsync(_leaving.Written);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Close();
        }
    }

    private bool TryTakeFilled()
    {
        _leaving.Clear();
        lock (_sync)
        {
            if (_closed || _filling.Length == 0) return _sending = false;
            if (_group.WantsFlush) EnqueueFlush(out _);
            (_filling, _leaving) = (_leaving, _filling);
            return true;
        }
    }

    private async Task ReadAsync()
    {
        Exception cause;
        try
        {
            while (true)
            {
                while (_reader.TryRead(out var body)) Handle(_reader.Type, body);
                // What follows an oversized message may have arrived with its end.
                if (_reader.TryBegin()) await HandleOversizedAsync();
                else if (!await _reader.FillAsync()) break;
            }
            cause = new EndOfStreamException("The server closed the connection.");
        }
        catch (Exception e) // whatever it is, nobody may be left waiting
        {
            cause = e;
        }
        Close();
        // Nothing is added any more, and nobody else takes anything out.
        var broken = new NpgsqlException("The connection to the server was lost.", cause);
        _group.Break(broken);
        while (_pending.TryDequeue(out var exchange)) exchange.Break(broken);
    }

    private void Handle(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case (byte)'1': // ParseComplete
                _parsed = Current.Parsing!.Dequeue();
                lock (_sync) _texts.Acknowledge(_parsed);
                break;
            case (byte)'T': // RowDescription, which is asked for behind each Parse alone
                _parsed!.Description = new(body);
                break;
            case (byte)'C' or (byte)'I': // CommandComplete, EmptyQueryResponse
                Current.Executed();
                break;
            case (byte)'D' when Place(body.Length) is { } place:
                body.CopyTo(place.Span);
                break;
            // A server that goes away says so too; then the end of the stream tells what became of those in flight.
            case (byte)'E' when !ErrorFields.IsFatal(body):
                Current.IsSlow = ErrorFields.IsCancelled(body);
                Fail();
                break;
            case (byte)'Z':
                if (body is not [(byte)'I']) throw new InvalidDataException("A transaction was left open on a shared connection.");
                Exchange done;
                lock (_sync) done = _pending.Dequeue();
                _current = null;
                if (done.IsFlush) EndFlush(done);
                else if (done.IsGrouped && !done.HasFailed) _group.Add(done);
                else done.Complete();
                break;
            default: // BindComplete, CloseComplete, notices, parameters, rows of other statements
                break;
        }
    }

    private void EndFlush(Exchange flush)
    {
        bool sends;
        lock (_sync)
        {
            _group.EndFlush();
            sends = _group.WantsFlush && EnqueueFlush(out _);
        }
        // The server goes on with those that came behind it while these are answered.
        if (sends) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        _group.Answer(flush);
    }

    private async ValueTask HandleOversizedAsync()
    {
        if (_reader.Type == (byte)'D' && Place(_reader.Remaining) is { } place) await _reader.ReadAsync(place);
        // An error this long is one all the same.
        else if (_reader.Type == (byte)'E') Fail();
        await _reader.SkipAsync();
    }

    /// <summary>Where a row that arrives now is kept; null where nobody wants it.</summary>
    private Memory<byte>? Place(int length)
    {
        if (Current.Rows is not { } rows) return null;
        if (Current.Writes || rows.Length + length <= LongestRead) return rows.Add(length);
        Current.Fail();
        return null;
    }

    private void Fail()
    {
        Current.Fail();
        // The reason may be the statement: what it returns has changed (0A000).
        lock (_sync)
        {
            foreach (var text in Current.Answering) _texts.Forget(text);
        }
    }

    /// <summary>The transaction whose messages arrive.</summary>
    private Exchange Current
    {
        get
        {
            if (_current is not null) return _current;
            lock (_sync) return _current = _pending.TryPeek(out var first) ? first : throw new InvalidDataException("The server answers what nobody asked.");
        }
    }

    /// <summary>Ends the reading, which tells those who wait.</summary>
    private void Close()
    {
        lock (_sync) _closed = true;
        _stream.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _reading;
    }
}
