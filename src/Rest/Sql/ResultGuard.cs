using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Rest.Sql;

/// <summary>
/// Some answers are allowed only for a certain number of rows, and a write that breaks that must not last. The statement finds
/// out itself, in the same round trip: it casts a text to a number, and the server's complaint about that text rolls back
/// everything and brings the number of rows along.
/// </summary>
internal static partial class ResultGuard
{
    public const string NotSingular = "singular:<> 1";
    public const string NotOneRowReplaced = "replaced:<> 1";

    public static string MoreThan(long most) => string.Create(CultureInfo.InvariantCulture, $"affected:> {most}");

    /// <summary>The number of rows, or the failure.</summary>
    /// <param name="failure">One of the above: a name, and after the colon when it fails; null for no guard.</param>
    public static SqlWriter Guard(this SqlWriter sql, string rows, string? failure)
    {
        if (failure is null) return sql.Raw(rows);
        var colon = failure.IndexOf(':', StringComparison.Ordinal);
        return sql.Raw($"CASE WHEN {rows} {failure[(colon + 1)..]} THEN ('hedgerow rows {failure[..colon]} ' || {rows})::bigint ELSE {rows} END");
    }

    /// <summary>Whether the server's complaint is one of these, and the answer to it.</summary>
    public static bool Caught(PostgresException exception, [NotNullWhen(true)] out ApiError? error)
    {
        error = null;
        if (exception.SqlState != PostgresErrorCodes.InvalidTextRepresentation || Complaint().Match(exception.MessageText) is not { Success: true } match)
            return false;
        var rows = match.Groups[2].Value;
        error = match.Groups[1].Value switch
        {
            "singular" => Singular(rows),
            "replaced" => new(400, "PGRST115", "Payload values do not match URL in primary key column(s)"),
            _ => new(400, "PGRST124", "Query result exceeds max-affected preference constraint", $"The query affects {rows} rows"),
        };
        return true;
    }

    /// <summary>The same for a read, where the count is at hand before anything is answered.</summary>
    public static ApiError Singular(string rows) =>
        new(406, "PGRST116", "Cannot coerce the result to a single JSON object", $"The result contains {rows} rows");

    [GeneratedRegex("hedgerow rows (singular|replaced|affected) ([0-9]+)")]
    private static partial Regex Complaint();
}
