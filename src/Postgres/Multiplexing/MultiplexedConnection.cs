using System.Collections.Immutable;
using Hedgerow.Postgres.Execution;
using Npgsql;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// One connection that many transactions share: each is a pipeline of its own that ends with a Sync (PostgreSQL documentation, 54.2.4 Pipelining),
/// sent without waiting for those before it. What is written while a write is under way leaves together with the next one.
/// </summary>
internal sealed class MultiplexedConnection : IAsyncDisposable
{
    /// <summary>A read's row beyond this is not kept: it is for a connection that streams.</summary>
    private const int LongestRow = 256 * 1024;

    private readonly int _depth;
    private readonly Stream _stream;
    private readonly BackendReader _reader;
    private readonly Lock _sync = new();
    private readonly Queue<Exchange> _pending = new();
    private readonly PreparedTexts _texts = new();
    private FrontendBuffer _filling = new();
    private FrontendBuffer _leaving = new();
    private Exchange? _current;
    private bool _flushing;
    private bool _closed;
    private Task _reading = Task.CompletedTask;

    private MultiplexedConnection(Stream stream, int depth) => (_stream, _depth, _reader) = (stream, depth, new BackendReader(stream));

    /// <summary>Takes over a stream that is past its first ReadyForQuery.</summary>
    /// <param name="depth">Transactions in flight at most.</param>
    public static MultiplexedConnection Begin(Stream stream, int depth)
    {
        var connection = new MultiplexedConnection(stream, depth);
        connection._reading = Task.Run(connection.ReadAsync);
        return connection;
    }

    public int Pending => _pending.Count;

    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Sends a transaction. Null: there is no place for it here.</summary>
    /// <exception cref="System.Text.EncoderFallbackException">A value is no valid Unicode; nothing was sent.</exception>
    public Exchange? Send(SqlStatement settings, SqlStatement? before, SqlStatement answering, bool writes)
    {
        Exchange exchange;
        lock (_sync)
        {
            if (_closed || _pending.Count >= _depth) return null;
            var start = _filling.Length;
            try
            {
                Queue<PreparedText>? parsing = null;
                Write(settings, ref parsing);
                if (before is not null) Write(before, ref parsing);
                var prepared = Write(answering, ref parsing);
                exchange = new Exchange(before is null ? 2 : 3, writes) { Parsing = parsing, Answering = prepared };
            }
            catch
            {
                _filling.Truncate(start);
                throw;
            }
            _texts.CloseForgotten(_filling);
            _filling.Sync();
            _pending.Enqueue(exchange);
            if (_flushing) return exchange;
            _flushing = true;
        }
        _ = FlushAsync(); // it never fails, and what is added meanwhile leaves with its next write
        return exchange;
    }

    private PreparedText Write(SqlStatement statement, ref Queue<PreparedText>? parsing)
    {
        if (!_texts.Find(statement.Text, out var prepared))
        {
            prepared = _texts.New(statement.Text);
            _filling.Parse(prepared.Name, prepared.Text, statement.Values);
            (parsing ??= new()).Enqueue(prepared);
        }
        _filling.Bind(prepared.Name, statement.Values);
        _filling.Execute();
        return prepared;
    }

    /// <summary>Writes until nothing is left. It never fails: a broken stream ends the reading.</summary>
    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                lock (_sync)
                {
                    if (_filling.Length == 0)
                    {
                        _flushing = false;
                        return;
                    }
                    (_filling, _leaving) = (_leaving, _filling);
                }
                await _stream.WriteAsync(_leaving.Written);
                _leaving.Clear();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Close();
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
        while (_pending.TryDequeue(out var exchange)) exchange.Break(broken);
    }

    private void Handle(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case (byte)'1': // ParseComplete
                lock (_sync) _texts.Acknowledge(Current.Parsing!.Dequeue());
                break;
            case (byte)'C' or (byte)'I': // CommandComplete, EmptyQueryResponse
                Current.Executed();
                break;
            case (byte)'D' when Current.IsAnswering:
                var row = new MultiplexedRow(body.Length);
                body.CopyTo(row.Message.Span);
                Current.Take(row);
                break;
            // A server that goes away says so too; then the end of the stream tells what became of those in flight.
            case (byte)'E' when !ErrorFields.IsFatal(body):
                Fail();
                break;
            case (byte)'Z':
                if (body is not [(byte)'I']) throw new InvalidDataException("A transaction was left open on a shared connection.");
                Exchange done;
                lock (_sync) done = _pending.Dequeue();
                _current = null;
                done.Complete();
                break;
            default: // BindComplete, CloseComplete, notices, parameters, rows of other statements
                break;
        }
    }

    private async ValueTask HandleOversizedAsync()
    {
        if (_reader.Type == (byte)'D' && Current.IsAnswering && (Current.Writes || _reader.Remaining <= LongestRow))
        {
            var row = new MultiplexedRow(_reader.Remaining);
            Current.Take(row);
            await _reader.ReadAsync(row.Message);
            return;
        }
        // An error this long is one all the same; a read's row this long is for a connection that streams.
        if (_reader.Type is (byte)'E' or (byte)'D') Fail();
        await _reader.SkipAsync();
    }

    private void Fail()
    {
        Current.Failed = true;
        // The reason may be the statement: what it returns has changed (0A000).
        lock (_sync) _texts.Forget(Current.Answering);
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
