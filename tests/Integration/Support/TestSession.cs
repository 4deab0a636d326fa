using Npgsql;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>A transaction that runs as one caller. Rolled back on dispose.</summary>
public sealed class TestSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private TestSession(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<TestSession> BeginAsync(NpgsqlConnection connection, string role, string claims)
    {
        var transaction = await connection.BeginTransactionAsync();
        await using var settings = Command(
            connection, "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", [role, claims]);
        await settings.ExecuteNonQueryAsync();
        return new TestSession(connection, transaction);
    }

    /// <returns>Rows changed.</returns>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(_connection, sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; default where it is null or there is no row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(_connection, sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The first column of every row.</summary>
    public async Task<List<T>> ListAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(_connection, sql, parameters);
        await using var rows = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await rows.ReadAsync()) values.Add(rows.GetFieldValue<T>(0));
        return values;
    }

    /// <summary>
    /// The SQLSTATE that the statement fails with, null when it succeeds. What it did is undone in both cases and the session goes on.
    /// </summary>
    public async Task<string?> RefusalAsync(string sql, params object?[] parameters)
    {
        await _transaction.SaveAsync("attempt");
        try
        {
            await ExecuteAsync(sql, parameters);
            return null;
        }
        catch (PostgresException refusal)
        {
            return refusal.SqlState;
        }
        finally
        {
            await _transaction.RollbackAsync("attempt");
        }
    }

    /// <summary>Keeps what was done.</summary>
    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object?[] parameters)
    {
        // A busy machine takes longer than the driver's half a minute for what fills a table.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter ?? DBNull.Value });
        return command;
    }
}
