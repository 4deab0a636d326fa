using System.Text.Json;
using Npgsql;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// Somebody who talks to the database as a request does: a role and claims that hold for one transaction, which commits.
/// </summary>
internal sealed class Person(TestDatabase database, string role, Guid? id = null, string headers = "")
{
    /// <summary>The user's id; empty for anonymous visitors and for service.</summary>
    public Guid Id => id ?? Guid.Empty;

    /// <summary>The same person with a request that carries a header, its name in lower case.</summary>
    public Person Sending(string header, string value) =>
        new(database, role, id, JsonSerializer.Serialize(new Dictionary<string, string> { [header] = value }));

    /// <summary>The first column of the first row, or default when there is no row or it is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] arguments)
    {
        await using var connection = new NpgsqlConnection(database.AdminConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await BecomeAsync(connection);
        await using var command = Command(connection, sql, arguments);
        var value = await command.ExecuteScalarAsync();
        await transaction.CommitAsync();
        return value is null or DBNull ? default : (T)value;
    }

    /// <summary>Runs one statement; returns the number of rows it touched.</summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] arguments)
    {
        await using var connection = new NpgsqlConnection(database.AdminConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await BecomeAsync(connection);
        await using var command = Command(connection, sql, arguments);
        var rows = await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return rows;
    }

    /// <summary>Expects the statement to be refused with the SQLSTATE; returns the error.</summary>
    public async Task<PostgresException> RefusedAsync(string sqlState, string sql, params object?[] arguments)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql, arguments));
        Assert.Equal(sqlState, error.SqlState);
        return error;
    }

    /// <summary>A transaction of this person's, which holds its locks until it is committed or disposed of.</summary>
    public async Task<TestSession> BeginAsync() => await TestSession.BeginAsync(await database.OpenAdminAsync(), role, Claims);

    private string Claims => id is null
        ? JsonSerializer.Serialize(new { role })
        : JsonSerializer.Serialize(new { role, sub = id });

    private async Task BecomeAsync(NpgsqlConnection connection)
    {
        await using var command = Command(connection,
            "select set_config('request.jwt.claims', $1, true), set_config('hedgerow.decryption_key', $2, true), set_config('request.headers', $3, true), set_config('role', $4, true)",
            [Claims, TestKey.Private, headers, role]);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object?[] arguments)
    {
        // A busy machine takes longer than the driver's half a minute for what fills a table.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument ?? DBNull.Value });
        }

        return command;
    }
}
