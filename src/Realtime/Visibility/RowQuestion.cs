using Hedgerow.Postgres;

namespace Hedgerow.Realtime.Visibility;

/// <summary>What one role with its claims sees of a set of rows, or which of them meet conditions.</summary>
/// <param name="Table">Its OID, for the fingerprint, and its name.</param>
/// <param name="Text">Yields one boolean for each of the rows (parameter 1), in their order.</param>
/// <param name="Values">Further parameters, from 2 on.</param>
public sealed record RowQuestion(Caller Asker, QualifiedName Table, string Text, RowSet Rows, IReadOnlyList<string> Values)
{
    /// <summary>One answer a distinct row; set by <see cref="RowCheck"/>.</summary>
    public bool[] Answers { get; set; } = [];

    /// <summary>Whether <paramref name="row"/> is seen. One that lacks what decides about it is not.</summary>
    public bool Holds(Wal.RowImage row) => Rows.NumberOf(row) is >= 0 and var number && number < Answers.Length && Answers[number];

    public static RowQuestion OfPolicies(Caller asker, QualifiedName table, RowRule.Ask rule, RowSet rows) =>
        new(asker, table, $"{Sql.Comment(asker.Role)}select ({rule.Expression}) is true from {Source(table, rule)}", rows, []);

    /// <param name="expression">Over the table's name as alias; its values are parameters from 2 on.</param>
    public static RowQuestion OfFilter(Caller asker, QualifiedName table, string expression, RowSet rows, IReadOnlyList<string> values) =>
        new(asker, table, $"{Sql.Comment(asker.Role)}select ({expression}) is true from {Source(table)}", rows, values);

    private static string Source(QualifiedName table) => $"json_populate_recordset(null::{Sql.Identifier(table)}, $1) as {Sql.Identifier(table.Name)}";

    /// <summary>The rows as a table of that name and row type; a function scan yields them in the order of the array.</summary>
    private static string Source(QualifiedName table, RowRule.Ask rule)
    {
        var alias = Sql.Identifier(table.Name);
        if (rule.Generated.IsEmpty) return Source(table);
        // json_populate_recordset leaves generated columns as the row has them, that is empty.
        var columns = rule.Stored.Select(name => $"{alias}.{Sql.Identifier(name)}")
            .Concat(rule.Generated.Select(column => $"({column.Expression}) as {Sql.Identifier(column.Name)}"));
        return $"(select {string.Join(", ", columns)} from {Source(table)}) as {alias}";
    }
}
