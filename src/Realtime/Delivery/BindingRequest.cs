namespace Hedgerow.Realtime.Delivery;

[Flags]
public enum ChangeEvents { Insert = 1, Update = 2, Delete = 4, All = 7 }

/// <summary>What a client wants to hear of: one table's changes, or with <c>*</c> those of all published tables.</summary>
/// <param name="Table">Or <c>*</c>; then neither filter nor columns.</param>
/// <param name="Filter">See <see cref="FilterParser"/>; null or blank: every row.</param>
/// <param name="Columns">Those to send; null: all that the role may SELECT.</param>
public sealed record BindingRequest(ChangeEvents Events, string Schema, string Table, string? Filter = null, IReadOnlyList<string>? Columns = null)
{
    public const string Any = "*";
}
