namespace Hedgerow.Cli.Seed;

/// <summary>The rows of one table, as a recipe: row <c>index</c> is written by <paramref name="Write"/> when its turn comes.</summary>
/// <param name="Table">The table, schema and name.</param>
/// <param name="Columns">The columns that are written; others take their default.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Write">Writes one row's values in the order of the columns.</param>
public sealed record TableLoad(string Table, string Columns, int Rows, Action<RowWriter, int> Write)
{
    /// <summary>The table that people know; the rows may reach it by way of another.</summary>
    public string Fills { get; init; } = Table;

    /// <summary>The COPY that takes the rows. Table and columns are constants of this folder, never input.</summary>
    public string CopyCommand => $"copy {Table} ({Columns}) from stdin (format binary)";
}
