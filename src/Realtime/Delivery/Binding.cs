using System.Collections.Immutable;

namespace Hedgerow.Realtime.Delivery;

/// <summary>A <see cref="BindingRequest"/> that was found good.</summary>
/// <param name="Number">Its place in the subscription.</param>
/// <param name="Columns">Null: all readable ones.</param>
public sealed record Binding(int Number, ChangeEvents Events, string Schema, string Table, RowFilter Filter, ImmutableArray<string>? Columns)
{
    /// <summary>Equal where the same columns are wanted.</summary>
    public string ColumnsKey { get; } = Columns is null ? "" : string.Join('\0', Columns);
}
