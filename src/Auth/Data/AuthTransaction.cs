using Dapper;
using Npgsql;

namespace Hedgerow.Auth.Data;

/// <summary>A transaction and the ways to speak in it. Values are parameters, always.</summary>
public sealed class AuthTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>The request's.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The first row, or null.</summary>
    public Task<T?> OneAsync<T>(string sql, object? parameters = null) =>
        connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>The first row as two records, or null. The second begins with the first column that is called <c>id</c>.</summary>
    public async Task<(TFirst First, TSecond Second)?> PairAsync<TFirst, TSecond>(string sql, object? parameters = null)
    {
        var rows = await connection.QueryAsync<TFirst, TSecond, (TFirst, TSecond)?>(Command(sql, parameters), (first, second) => (first, second));
        return rows.FirstOrDefault();
    }

    /// <summary>All rows.</summary>
    public Task<IEnumerable<T>> ManyAsync<T>(string sql, object? parameters = null) =>
        connection.QueryAsync<T>(Command(sql, parameters));

    /// <summary>The number of rows affected.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Does <paramref name="work"/> and undoes it: what it returns is all that stays.</summary>
    public async Task<T> UndoneAsync<T>(Func<Task<T>> work)
    {
        const string before = "undone";
        await transaction.SaveAsync(before, cancellation);
        var result = await work();
        await transaction.RollbackAsync(before, cancellation);
        await transaction.ReleaseAsync(before, cancellation);
        return result;
    }

    public Task CommitAsync() => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancellation);
}
