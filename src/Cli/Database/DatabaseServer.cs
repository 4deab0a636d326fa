using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>Meets a server before anything is done with it, so that what is wrong is said in one line.</summary>
public static class DatabaseServer
{
    private const int OldestMajor = 15;
    private const int NewestMajor = 18;

    /// <summary>Connects once. Returns the server's major version.</summary>
    /// <exception cref="SetupException">Out of reach, a wrong password, no such database.</exception>
    /// <exception cref="CommandFailure">An unsupported version.</exception>
    public static async Task<int> MeetAsync(NpgsqlConnectionStringBuilder address, CancellationToken cancellation)
    {
        await using var connection = await SetupConnection.OpenAsync(address.ConnectionString, cancellation);
        var major = connection.PostgreSqlVersion.Major;
        if (major is < OldestMajor or > NewestMajor)
            throw new CommandFailure(
                $"The server at {DatabaseUrl.Place(address)} is PostgreSQL {connection.PostgreSqlVersion}; Hedgerow knows {OldestMajor} to {NewestMajor}.",
                "Give another server with --db, or none for the embedded one.");
        return major;
    }
}
