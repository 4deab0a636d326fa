using System.Net.Sockets;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>Meets a server before anything is done with it, so that what is wrong is said in one line.</summary>
public static class DatabaseServer
{
    private const int OldestMajor = 15;
    private const int NewestMajor = 18;

    /// <summary>Connects once. Returns the server's major version.</summary>
    /// <exception cref="CommandFailure">Out of reach, a wrong password, no such database, an unsupported version.</exception>
    public static async Task<int> MeetAsync(NpgsqlConnectionStringBuilder address, CancellationToken cancellation)
    {
        var place = DatabaseUrl.Place(address);
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellation);
            var major = connection.PostgreSqlVersion.Major;
            if (major is < OldestMajor or > NewestMajor)
                throw new CommandFailure(
                    $"The server at {place} is PostgreSQL {connection.PostgreSqlVersion}; Hedgerow knows {OldestMajor} to {NewestMajor}.",
                    "Give another server with --db, or none for the embedded one.");
            return major;
        }
        catch (PostgresException e)
        {
            throw Refused(place, address, e);
        }
        catch (NpgsqlException e)
        {
            throw new CommandFailure($"The database at {place} is out of reach: {Reason(e)}.", "Check the host and port of --db and that the server runs.");
        }
        catch (SocketException e)
        {
            throw new CommandFailure($"The database at {place} is out of reach: {e.Message}.", "Check the host and port of --db and that the server runs.");
        }
        catch (TimeoutException)
        {
            throw new CommandFailure($"The database at {place} does not answer.", "Check the host and port of --db and that the server runs.");
        }
    }

    private static CommandFailure Refused(string place, NpgsqlConnectionStringBuilder address, PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            new($"The server at {place} refuses the login {address.Username}: {e.MessageText}.", "Check the login and the password of --db."),
        PostgresErrorCodes.InvalidCatalogName =>
            new($"The server has no database {address.Database} ({place}).", $"Make it (createdb {address.Database}), or correct the end of --db."),
        PostgresErrorCodes.TooManyConnections =>
            new($"The server at {place} takes no more connections.", "Raise its max_connections, or end sessions that are not needed."),
        PostgresErrorCodes.CannotConnectNow =>
            new($"The server at {place} is starting or stopping.", "Try again in a moment."),
        _ => new($"The server at {place} refuses the connection: {e.MessageText} (SQLSTATE {e.SqlState}).", "Check --db."),
    };

    private static string Reason(NpgsqlException e) => (e.InnerException ?? e).Message.TrimEnd('.');
}
