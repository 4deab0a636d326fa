namespace Hedgerow.Postgres.Errors;

/// <summary>SQLSTATE to HTTP status (PostgREST, Errors, HTTP Status Codes; PostgreSQL documentation, appendix A).</summary>
public static class SqlStates
{
    /// <param name="authenticated">Whether the request ran as another role than the anonymous one: decides between 401 and 403.</param>
    public static int ToHttpStatus(string sqlState, string message, bool authenticated) => sqlState switch
    {
        "23503" or "23505" => 409,
        "25006" => 405,
        // pg-safeupdate refuses an unfiltered write with this state; elsewhere it is a fault of a view or function.
        "21000" => message.EndsWith("requires a WHERE clause", StringComparison.Ordinal) ? 400 : 500,
        // A token's role that does not exist.
        "22023" when message.StartsWith("role", StringComparison.Ordinal) && message.EndsWith("does not exist", StringComparison.Ordinal) => 401,
        "42501" => authenticated ? 403 : 401,
        "42883" => message.StartsWith("function xmlagg(", StringComparison.Ordinal) ? 406 : 404,
        "42P01" => 404,
        "42P17" => 500,
        "53400" => 500,
        "57P01" => 503,
        "P0001" => 400,
        ['0', '8', ..] or ['5', '3', ..] => 503,
        ['0', 'L', ..] or ['0', 'P', ..] or ['2', '8', ..] => 403,
        ['0', '9', ..] or ['2', '5', ..] or ['2', 'D', ..] or ['3', '8', ..] or ['3', '9', ..] or ['3', 'B', ..] or ['4', '0', ..] => 500,
        ['5', '4', ..] or ['5', '5', ..] or ['5', '7', ..] or ['5', '8', ..] or ['F', '0', ..] or ['H', 'V', ..] or ['P', '0', ..] or ['X', 'X', ..] => 500,
        ['P', 'T', ..] => Raised(sqlState) ?? 500,
        _ => 400,
    };

    /// <summary>The status in <c>PTxyz</c> (PostgREST, RAISE errors with HTTP Status Codes); null where there is none.</summary>
    public static int? Raised(string sqlState) =>
        sqlState.StartsWith("PT", StringComparison.Ordinal) && int.TryParse(sqlState.AsSpan(2), out var status) && HttpStatus.IsFinal(status) ? status : null;
}
