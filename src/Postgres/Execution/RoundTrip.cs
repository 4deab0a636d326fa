using System.Data;
using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Postgres.Execution;

/// <summary>
/// Runs a <see cref="TransactionScript"/> as one batch with one Sync. A read that needs neither rollback nor an isolation level
/// gets no BEGIN and COMMIT of its own: all statements before one Sync are one transaction already
/// (PostgreSQL documentation, 55.2.3 Extended Query), so transaction-local settings end with it.
/// </summary>
public sealed class RoundTrip : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlDataReader _reader;
    private readonly long _sent;
    private bool _halfPrepared;

    private RoundTrip(NpgsqlConnection connection, NpgsqlBatch batch, NpgsqlDataReader reader, long sent) =>
        (_connection, _batch, _reader, _sent) = (connection, batch, reader, sent);

    /// <summary>Since it had its connection: the wait for one is not in it.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_sent);

    /// <summary>Positioned at the first of <see cref="TransactionScript.Statements"/>; columns must be read in order.</summary>
    public NpgsqlDataReader Reader => _reader;

    /// <exception cref="PostgresException">The server refused something; the transaction is rolled back.</exception>
    /// <exception cref="NpgsqlException">The server could not be reached, or no connection came free in time.</exception>
    public static async Task<RoundTrip> SendAsync(NpgsqlDataSource dataSource, TransactionScript script, CancellationToken cancellation)
    {
        // 0A000 "cached plan must not change result type": DDL changed what a prepared statement returns. The driver drops that
        // statement, the transaction is gone, nothing has been answered: once more is safe.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await TrySendAsync(dataSource, script, cancellation);
            }
            catch (PostgresException e) when (attempt == 0 && e.SqlState == PostgresErrorCodes.FeatureNotSupported
                                              && e.MessageText.StartsWith("cached plan", StringComparison.Ordinal))
            {
            }
        }
    }

    private static async Task<RoundTrip> TrySendAsync(NpgsqlDataSource dataSource, TransactionScript script, CancellationToken cancellation)
    {
        var connection = await ConnectAsync(dataSource, cancellation);
        NpgsqlBatch? batch = null;
        NpgsqlDataReader? reader = null;
        try
        {
            var sent = Stopwatch.GetTimestamp();
            batch = Compose(connection, script);
            reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
            // The settings return no rows, the pre-request function one.
            await reader.NextResultAsync(cancellation);
            if (script.PreRequest is not null) await reader.NextResultAsync(cancellation);
            return new RoundTrip(connection, batch, reader, sent);
        }
        catch (Exception e)
        {
            if (reader is not null) await reader.DisposeAsync();
            if (batch is not null) await batch.DisposeAsync();
            if (LeavesHalfPrepared(e)) await ForgetAsync(connection);
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A server that refuses the login (it starts, it is full, the password is wrong) has not answered the request's statement: the cause stands inside.</summary>
    private static async ValueTask<NpgsqlConnection> ConnectAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        try
        {
            return await dataSource.OpenConnectionAsync(cancellation);
        }
        catch (PostgresException e)
        {
            throw new NpgsqlException(e.MessageText, e);
        }
    }

    /// <summary>
    /// The driver counts a statement as prepared once it is parsed. Where binding fails then (a value that its column's type cannot
    /// take), it never learns what the statement returns, and the next, good, execution on that connection would break it: so the
    /// connection forgets its statements. Errors that only executing can raise need none of that.
    /// </summary>
    private static bool LeavesHalfPrepared(Exception e) => e is PostgresException { SqlState: var state }
        && (state is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation
            || state[..2] is not ("23" or "42" or "P0" or "PT" or "PG" or "0A"));

    private static async Task ForgetAsync(NpgsqlConnection connection)
    {
        if (connection.FullState != ConnectionState.Open) return;
        // A failed transaction takes no other command; outside of one this is a mere notice.
        await using (var rollback = new NpgsqlCommand("rollback", connection)) await rollback.ExecuteNonQueryAsync(CancellationToken.None);
        // The driver offers this in a blocking form alone; it is one short exchange.
        connection.UnprepareAll();
    }

    private static NpgsqlBatch Compose(NpgsqlConnection connection, TransactionScript script)
    {
        var batch = new NpgsqlBatch(connection);
        var explicitly = !script.ReadOnly || script.Isolation is not null || script.End == TransactionEnd.Rollback;
        if (explicitly) batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin(script)));
        batch.BatchCommands.Add(Command(SettingsStatement.Of(script.Settings, readOnly: script.ReadOnly && !explicitly)));
        if (script.PreRequestStatement() is { } preRequest) batch.BatchCommands.Add(Command(preRequest));
        foreach (var statement in script.Statements) batch.BatchCommands.Add(Command(statement));
        if (script.End == TransactionEnd.Rollback)
        {
            // A deferred constraint must be seen to fail also where nothing is kept.
            if (!script.ReadOnly) batch.BatchCommands.Add(new NpgsqlBatchCommand("set constraints all immediate"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("rollback"));
        }
        else if (explicitly)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        }
        return batch;
    }

    private static string Begin(TransactionScript script)
    {
        var isolation = script.Isolation switch
        {
            IsolationLevel.RepeatableRead => " isolation level repeatable read",
            IsolationLevel.Serializable => " isolation level serializable",
            IsolationLevel.ReadCommitted => " isolation level read committed",
            _ => "",
        };
        return $"begin{isolation}{(script.ReadOnly ? " read only" : " read write")}";
    }

    private static NpgsqlBatchCommand Command(SqlStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        foreach (var value in statement.Values) command.Parameters.Add(Parameter(value));
        return command;
    }

    private static NpgsqlParameter Parameter(SqlValue value) => value switch
    {
        { Text: { } text } => new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Unknown },
        { Bytes: { } bytes } => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = bytes, NpgsqlDbType = NpgsqlDbType.Bytea },
        _ => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown },
    };

    /// <summary>Goes on to the next of the statements.</summary>
    /// <exception cref="PostgresException">The server refused it; the transaction is rolled back.</exception>
    public async Task<bool> NextAsync(CancellationToken cancellation)
    {
        try
        {
            return await _reader.NextResultAsync(cancellation);
        }
        catch (PostgresException e)
        {
            _halfPrepared |= LeavesHalfPrepared(e);
            throw;
        }
    }

    /// <summary>Reads to the end of the batch: the transaction has ended well when this returns.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        while (await NextAsync(cancellation))
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _batch.DisposeAsync();
        if (_halfPrepared) await ForgetAsync(_connection);
        await _connection.DisposeAsync();
    }
}
