namespace Hedgerow.Realtime.Wal;

public enum ChangeKind
{
    Insert,
    Update,
    Delete,

    /// <summary>Every row of the table at once: none of them is logged.</summary>
    Truncate,
}

/// <summary>One row's change, or a whole table's, as it was committed.</summary>
/// <param name="Transaction">The low half of its id.</param>
/// <param name="Old">The row before an UPDATE or DELETE; null where the table's replica identity did not log it.</param>
/// <param name="New">The row after an INSERT or UPDATE.</param>
/// <param name="OldIsWhole">False where only the key of the old row was logged.</param>
/// <param name="Bytes">What it costs to remember it.</param>
public sealed record LoggedChange(
    Cursor Cursor, uint Transaction, DateTime CommittedAt, Relation Relation, ChangeKind Kind, RowImage? Old, RowImage? New, bool OldIsWhole, int Bytes);
