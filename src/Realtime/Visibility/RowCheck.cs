using System.Diagnostics;
using Hedgerow.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Visibility;

/// <summary>
/// Asks PostgreSQL a batch of questions in one round trip: the tables' fingerprints, then for each asker its role and claims and its questions. All of
/// it is one read-only transaction with transaction-local settings, so nothing of an asker outlives it.
/// </summary>
public sealed class RowCheck(RealtimeDatabase database, ILogger<RowCheck> logger)
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Sets each question's answers, waiting for PostgreSQL where it is away.</summary>
    /// <param name="tables">The tables' OIDs.</param>
    /// <returns>The tables' present fingerprints; a table that is gone has none.</returns>
    public Task<IReadOnlyDictionary<uint, string>> AskAsync(IReadOnlyList<RowQuestion> questions, uint[] tables, CancellationToken cancellation) =>
        RetryAsync(async () =>
        {
            try
            {
                return await AskOnceAsync(questions, tables, cancellation);
            }
            catch (PostgresException e) when (IsPolicyFault(e))
            {
                return await AskOneByOneAsync(questions, tables, cancellation);
            }
        }, cancellation);

    /// <summary>Asks again until PostgreSQL is there: no change is dropped because it was away for a moment.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException or ObjectDisposedException)
            {
                cancellation.ThrowIfCancellationRequested();
                Log.CheckFailed(logger, e is PostgresException refused ? refused.MessageText : e.Message, pause.TotalSeconds);
                await Task.Delay(pause, cancellation);
            }
        }
    }

    /// <summary>Classes 08, 53, 57 and 58: the server or the way to it is the trouble, and not what was asked.</summary>
    private static bool IsPolicyFault(PostgresException e) => e.SqlState[..2] is not ("08" or "53" or "57" or "58") || e.SqlState == PostgresErrorCodes.QueryCanceled;

    private async Task<IReadOnlyDictionary<uint, string>> AskOnceAsync(IReadOnlyList<RowQuestion> questions, uint[] tables, CancellationToken cancellation)
    {
        await using var connection = await database.Pool.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AccessCatalogue.Fingerprint)
        {
            Parameters = { new NpgsqlParameter<uint[]> { TypedValue = tables, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Oid } },
        });
        (Caller, string)? present = null;
        var rows = new Dictionary<RowSet, byte[]>(ReferenceEqualityComparer.Instance);
        foreach (var question in questions)
        {
            if (present != (question.Asker, question.Table.Schema))
            {
                present = (question.Asker, question.Table.Schema);
                batch.BatchCommands.Add(Become(question.Asker, question.Table.Schema));
            }
            if (!rows.TryGetValue(question.Rows, out var json)) rows[question.Rows] = json = question.Rows.ToJson();
            batch.BatchCommands.Add(Command(question, json));
        }

        var begun = Stopwatch.GetTimestamp();
        var fingerprints = new Dictionary<uint, string>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) fingerprints[reader.GetFieldValue<uint>(0)] = reader.GetString(1);
            present = null;
            foreach (var question in questions)
            {
                if (present != (question.Asker, question.Table.Schema))
                {
                    present = (question.Asker, question.Table.Schema);
                    await reader.NextResultAsync(cancellation);
                }
                await reader.NextResultAsync(cancellation);
                var answers = new bool[question.Rows.Count];
                for (var i = 0; i < answers.Length && await reader.ReadAsync(cancellation); i++) answers[i] = reader.GetBoolean(0);
                question.Answers = answers;
            }
            while (await reader.NextResultAsync(cancellation))
            {
            }
        }
        RealtimeMetrics.Checks.Add(questions.Count);
        RealtimeMetrics.CheckDuration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        return fingerprints;
    }

    /// <summary>
    /// One question spoils the batch's transaction for all: each is asked alone, and of the one that fails each row alone, so that a policy that
    /// breaks on one row hides that row and nothing else.
    /// </summary>
    private async Task<IReadOnlyDictionary<uint, string>> AskOneByOneAsync(IReadOnlyList<RowQuestion> questions, uint[] tables, CancellationToken cancellation)
    {
        foreach (var question in questions)
        {
            try
            {
                await AskOnceAsync([question], tables, cancellation);
            }
            catch (PostgresException e) when (IsPolicyFault(e))
            {
                Log.PolicyFailed(logger, question.Table.ToString(), question.Asker.Role, e.MessageText);
                await AskRowsAsync(question, cancellation);
            }
        }
        return await AskOnceAsync([], tables, cancellation);
    }

    private async Task AskRowsAsync(RowQuestion question, CancellationToken cancellation)
    {
        var answers = new bool[question.Rows.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            try
            {
                await using var connection = await database.Pool.OpenConnectionAsync(cancellation);
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Become(question.Asker, question.Table.Schema), Command(question, question.Rows.ToJson(i)) } };
                await using var reader = await batch.ExecuteReaderAsync(cancellation);
                await reader.NextResultAsync(cancellation);
                answers[i] = await reader.ReadAsync(cancellation) && reader.GetBoolean(0);
            }
            catch (PostgresException e) when (IsPolicyFault(e))
            {
                answers[i] = false;
            }
        }
        question.Answers = answers;
    }

    /// <summary>The settings of a request, and no rows in answer.</summary>
    internal static NpgsqlBatchCommand Become(Caller caller, string schema) => new(
        """
        select 1 where set_config('role', $1, true) is null or set_config('request.jwt.claims', $2, true) is null
          or set_config('search_path', $3, true) is null or set_config('transaction_read_only', 'on', true) is null
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = caller.Role },
            new NpgsqlParameter<string> { TypedValue = caller.Claims },
            new NpgsqlParameter<string> { TypedValue = $"{Sql.Identifier(schema)}, public" },
        },
    };

    internal static NpgsqlBatchCommand Command(RowQuestion question, byte[] rows)
    {
        var command = new NpgsqlBatchCommand(question.Text);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = rows, NpgsqlDbType = NpgsqlDbType.Json });
        foreach (var value in question.Values) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }
}
