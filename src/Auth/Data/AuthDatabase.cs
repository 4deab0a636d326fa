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
