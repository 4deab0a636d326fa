using Dapper;
using Npgsql;

namespace Hedgerow.Auth.Data;

/// <summary>The room's own pool, under its own login (<c>hedgerow_auth</c>).</summary>
public sealed class AuthDatabase(NpgsqlDataSource source)
{
    static AuthDatabase() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>One statement, by itself.</summary>
    public async Task ExecuteAsync(string sql, object? parameters, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    /// <summary>Statements as one transaction in one round trip; of the first that returns rows the first row, or null.</summary>
    public async Task<T?> OneAsync<T>(string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    /// <summary>Statements in one round trip; of the second that returns rows the first row, or null.</summary>
    public async Task<T?> SecondAsync<T>(string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
        await results.ReadAsync();
        return await results.ReadFirstOrDefaultAsync<T>();
    }

    /// <summary>Statements as one transaction in one round trip. Of the last, the first row as two records, or null.</summary>
    /// <param name="parser">The last statement's, and no other's.</param>
    public async Task<(TFirst First, TSecond Second)?> LastPairAsync<TFirst, TSecond>(
        PairParser<TFirst, TSecond> parser, IReadOnlyList<NpgsqlBatchCommand> statements, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.BatchCommands.Add(statement);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        for (var i = 1; i < statements.Count; i++) await rows.NextResultAsync(cancellation);
        if (!await rows.ReadAsync(cancellation)) return null;
        var found = parser.Read(rows);
        // To the end: an error of the commit comes last.
        await rows.NextResultAsync(cancellation);
        return found;
    }

    /// <summary>A transaction. What is not committed when it is disposed never happened.</summary>
    public async Task<AuthTransaction> BeginAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            return new AuthTransaction(connection, await connection.BeginTransactionAsync(cancellation), cancellation);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
