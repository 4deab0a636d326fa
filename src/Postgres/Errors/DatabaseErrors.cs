using System.Net.Sockets;
using Npgsql;

namespace Hedgerow.Postgres.Errors;

/// <summary>What the driver threw, as the answer a client gets.</summary>
public static class DatabaseErrors
{
    /// <inheritdoc cref="SqlStates.ToHttpStatus"/>
    public static ApiError ToApiError(NpgsqlException exception, bool authenticated) => exception switch
    {
        PostgresException e => FromServer(e, authenticated),
        { InnerException: TimeoutException } e when e.Message.Contains("pool", StringComparison.OrdinalIgnoreCase) =>
            new(504, "PGRST003", "Timed out acquiring connection from connection pool."),
        // No connection came about; or one broke while it was used.
        { InnerException: PostgresException or SocketException } e => Unavailable("PGRST000", "Database connection error.", e.Message),
        var e => Unavailable("PGRST001", "Database client error. Retrying the connection.", e.InnerException?.Message ?? e.Message),
    };

    private static ApiError Unavailable(string code, string message, string details) => new(503, code, message, details)
    {
        Headers = [new("Retry-After", "1")],
    };

    private static ApiError FromServer(PostgresException e, bool authenticated)
    {
        if (e.SqlState == "PGRST") return RaisedResponse.Parse(e.MessageText, e.Detail);
        var status = SqlStates.ToHttpStatus(e.SqlState, e.MessageText, authenticated);
        return new(status, e.SqlState, e.MessageText, e.Detail, e.Hint)
        {
            Headers = status switch
            {
                401 => [new("WWW-Authenticate", "Bearer")],
                503 => [new("Retry-After", "1")],
                _ => [],
            },
            // PTxyz lets the message stand as the reason phrase.
            Reason = SqlStates.Raised(e.SqlState) is null ? null : e.MessageText,
        };
    }
}
