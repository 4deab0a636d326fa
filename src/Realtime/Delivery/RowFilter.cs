using System.Collections.Immutable;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// A filter whose values PostgreSQL has read. Equality over types whose text decides it (uuid, integers, text, enums …) is compared here, since
/// thousands of clients filter by an id; everything else is asked of PostgreSQL, once for all subscriptions of a role with the same condition.
/// </summary>
/// <param name="Asked">Null: nothing is left to be asked.</param>
public sealed record RowFilter(ImmutableArray<LocalTest> Local, AskedFilter? Asked)
{
    public static RowFilter None { get; } = new([], null);

    /// <summary>Whether the conditions that are compared here hold.</summary>
    public bool HoldsLocally(Relation relation, RowImage row)
    {
        foreach (var test in Local)
            if (!test.Holds(relation, row)) return false;
        return true;
    }
}

/// <summary>A condition as SQL.</summary>
/// <param name="Expression">Over the table's name as alias; values are parameters from 2 on.</param>
/// <param name="Columns">Those it reads.</param>
/// <param name="Key">Equal where expression and values are.</param>
public sealed record AskedFilter(string Expression, IReadOnlyList<string> Values, ImmutableArray<string> Columns, string Key);

/// <summary>A condition that the logged text alone decides. Null meets none but <c>is.null</c>, as in SQL.</summary>
public abstract record LocalTest(string Column)
{
    public abstract bool Holds(Relation relation, RowImage row);

    /// <param name="Values">In the form in which PostgreSQL writes them, UTF-8.</param>
    public sealed record OneOf(string Column, ImmutableArray<byte[]> Values, bool Negated) : LocalTest(Column)
    {
        public override bool Holds(Relation relation, RowImage row)
        {
            var column = relation.IndexOf(Column);
            if (column < 0 || row.State(column) != ColumnState.Text) return false;
            var text = row.Text(column);
            foreach (var value in Values)
                if (text.SequenceEqual(value)) return !Negated;
            return Negated;
        }
    }

    public sealed record IsNull(string Column, bool Negated) : LocalTest(Column)
    {
        public override bool Holds(Relation relation, RowImage row)
        {
            var column = relation.IndexOf(Column);
            return column >= 0 && row.State(column) != ColumnState.Missing && (row.State(column) == ColumnState.Null) != Negated;
        }
    }
}
