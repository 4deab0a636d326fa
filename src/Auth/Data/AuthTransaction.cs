using Dapper;
using Npgsql;

namespace Hedgerow.Auth.Data;

/// <summary>A transaction and the three ways to speak in it. Values are parameters, always.</summary>
public sealed class AuthTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>The first row, or null.</summary>
    public Task<T?> OneAsync<T>(string sql, object? parameters = null) =>
        connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>All rows.</summary>
    public Task<IEnumerable<T>> ManyAsync<T>(string sql, object? parameters = null) =>
        connection.QueryAsync<T>(Command(sql, parameters));

    /// <summary>The number of rows affected.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        connection.ExecuteAsync(Command(sql, parameters));

    public Task CommitAsync() => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancellation);
}
