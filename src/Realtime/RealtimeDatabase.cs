using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime;

/// <summary>The room's own login (<c>hedgerow_realtime</c>): a pool for what it asks, and the connection string that replication starts from.</summary>
public sealed record RealtimeDatabase(NpgsqlDataSource Pool, string ConnectionString)
{
    public async Task<T?> ScalarAsync<T>(string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellation) is T value ? value : default;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = Pool.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter is NpgsqlLogSequenceNumber ? new NpgsqlParameter { Value = parameter, NpgsqlDbType = NpgsqlDbType.PgLsn } : new NpgsqlParameter { Value = parameter });
        return command;
    }
}
