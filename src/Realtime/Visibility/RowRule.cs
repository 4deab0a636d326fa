using System.Collections.Immutable;

namespace Hedgerow.Realtime.Visibility;

/// <summary>Who among the bearers of a role sees a table's rows.</summary>
public abstract record RowRule
{
    private RowRule()
    {
    }

    /// <summary>No row-level security binds the role, or its policies are plainly true.</summary>
    public sealed record Everybody : RowRule;

    /// <summary>No policy lets the role see anything.</summary>
    public sealed record Nobody : RowRule;

    /// <summary>The policies must be asked, row by row.</summary>
    /// <param name="Expression">The policies in one SQL expression, all names qualified, over the table's name as alias.</param>
    /// <param name="Columns">The columns it reads; null: all, since it reads the row as a whole.</param>
    /// <param name="Generated">Stored generated columns among them, as expressions: the log does not hold them.</param>
    /// <param name="Stored">All columns that are not generated.</param>
    public sealed record Ask(
        string Expression, ImmutableArray<string>? Columns, ImmutableArray<GeneratedColumn> Generated, ImmutableArray<string> Stored) : RowRule;

    public static RowRule Of(bool visible) => visible ? new Everybody() : new Nobody();
}

public sealed record GeneratedColumn(string Name, string Expression);
