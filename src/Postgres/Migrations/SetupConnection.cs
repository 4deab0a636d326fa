using System.Net.Sockets;
using Npgsql;

namespace Hedgerow.Postgres.Migrations;

/// <summary>Opens the one connection that changes a database's set-up, and says in one line why it cannot.</summary>
public static class SetupConnection
{
    /// <exception cref="SetupException">Unreachable, wrong password, no such database; the server is named, the password is not.</exception>
    public static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false, // settings and locks of this session must end with it
            ApplicationName = "hedgerow setup",
            IncludeErrorDetail = true,
            IncludeFailedBatchedCommand = true, // says which statement of a file was refused
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException)
        {
            await connection.DisposeAsync();
            throw Explain(settings, error);
        }
    }

    private static SetupException Explain(NpgsqlConnectionStringBuilder settings, Exception error)
    {
        var place = DatabaseUrl.Place(settings);
        return error is PostgresException refused
            ? refused.SqlState switch
            {
                PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new(
                    $"PostgreSQL at {place} refuses the login \"{settings.Username}\": {refused.MessageText}.", "Check user and password in the database URL.", error),
                PostgresErrorCodes.InvalidCatalogName => new(
                    $"There is no database \"{settings.Database}\" at {place}.", "Create it, or name another one in the database URL.", error),
                PostgresErrorCodes.TooManyConnections => new(
                    $"PostgreSQL at {place} takes no more connections.", "Raise its max_connections, or end sessions that are not needed.", error),
                PostgresErrorCodes.CannotConnectNow => new(
                    $"PostgreSQL at {place} is starting or stopping.", "Try again in a moment.", error),
                _ => new($"PostgreSQL at {place} refuses the connection: {refused.MessageText} (SQLSTATE {refused.SqlState}).", refused.Hint ?? "", error),
            }
            : error is NpgsqlException { InnerException: null } unusable // the driver's own refusal: no password given, no common authentication …
            ? new($"The login to PostgreSQL at {place} failed: {unusable.Message.TrimEnd('.')}.", "Check user and password in the database URL.", error)
            : new($"No PostgreSQL answers at {place}: {(error.InnerException ?? error).Message.TrimEnd('.')}.", "Check host and port in the database URL, and that the server runs.", error);
    }
}
