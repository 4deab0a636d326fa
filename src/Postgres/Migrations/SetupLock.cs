using Npgsql;

namespace Hedgerow.Postgres.Migrations;

/// <summary>
/// Lets one process at a time change a database's set-up: a session advisory lock, which PostgreSQL gives back when the connection
/// ends, however it ends.
/// </summary>
public static class SetupLock
{
    /// <summary>"hedgerow" in ASCII, as the 64-bit key of the lock.</summary>
    private const long Key = 0x6865646765726F77;

    /// <summary>Takes the lock, waiting for whoever holds it; <paramref name="waiting"/> is called once when there is somebody.</summary>
    public static async Task TakeAsync(NpgsqlConnection connection, Action waiting, CancellationToken cancellation)
    {
        await using var attempt = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Key } } };
        if (await attempt.ExecuteScalarAsync(cancellation) is true) return;
        waiting();
        await using var take = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { CommandTimeout = 0, Parameters = { new() { Value = Key } } };
        await take.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Gives the lock back.</summary>
    public static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        await using var release = new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = Key } } };
        await release.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
