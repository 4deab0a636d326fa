using System.Globalization;
using System.Text.Json;
using Hedgerow.Rest.Sql;
using Hedgerow.Postgres.Multiplexing;
using Npgsql;

namespace Hedgerow.Rest.Response;

/// <summary>What the statement's row says beside the body.</summary>
/// <param name="Total">All rows, where they were counted.</param>
/// <param name="Page">Rows of this answer.</param>
/// <param name="Inserted">Rows that an upsert inserted.</param>
/// <param name="Headers"><c>response.headers</c>.</param>
/// <param name="Status"><c>response.status</c>.</param>
/// <param name="Location">Pairs <c>column=eq.value</c>.</param>
internal sealed record ResultHead(long? Total, long Page, long? Inserted, string? Headers, string? Status, string[]? Location)
{
    /// <summary>Reads the columns before the body, in their order.</summary>
    public static async ValueTask<ResultHead> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation) => new(
        await reader.IsDBNullAsync(StatementBuilder.TotalColumn, cancellation) ? null : reader.GetInt64(StatementBuilder.TotalColumn),
        reader.GetInt64(StatementBuilder.PageColumn),
        await reader.IsDBNullAsync(StatementBuilder.InsertedColumn, cancellation) ? null : reader.GetInt32(StatementBuilder.InsertedColumn),
        await reader.IsDBNullAsync(StatementBuilder.HeadersColumn, cancellation) ? null : reader.GetString(StatementBuilder.HeadersColumn),
        await reader.IsDBNullAsync(StatementBuilder.StatusColumn, cancellation) ? null : reader.GetString(StatementBuilder.StatusColumn),
        await reader.IsDBNullAsync(StatementBuilder.LocationColumn, cancellation) ? null : reader.GetFieldValue<string[]>(StatementBuilder.LocationColumn));

    /// <summary>The same columns of a shared connection's row. There is no location among them: who asks for one has a connection of his own.</summary>
    public static ResultHead Read(MultiplexedRow row) => new(
        row.Number(StatementBuilder.TotalColumn),
        row.Number(StatementBuilder.PageColumn)!.Value,
        row.Number(StatementBuilder.InsertedColumn),
        row.Text(StatementBuilder.HeadersColumn),
        row.Text(StatementBuilder.StatusColumn),
        Location: null);

    /// <summary>The same of the two statements of <see cref="StatementBuilder.Columns"/>: the last row is the settings'.</summary>
    public static ResultHead Read(MultiplexedRows rows) => new(
        Total: null, Page: rows.Count - 1, Inserted: null, Headers: rows.Last.Text(0), Status: rows.Last.Text(1), Location: null);

    /// <summary>The planner's number of rows out of <c>EXPLAIN (FORMAT JSON)</c>.</summary>
    public static long? Estimate(string explained)
    {
        using var document = JsonDocument.Parse(explained);
        var rows = document.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows");
        return long.TryParse(rows.GetRawText(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
