using System.Globalization;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>
/// A place in the stream of all changes: the LSN at which a transaction's commit record begins, and the number of the change in that transaction,
/// from 1. Commits are told in the order of their records, so cursors order changes as every client sees them, on every replica. Position 0 stands
/// before the transaction's first change.
/// </summary>
public readonly record struct Cursor(ulong Commit, int Position) : IComparable<Cursor>
{
    public static Cursor Before(NpgsqlLogSequenceNumber commit) => new((ulong)commit, 0);

    public int CompareTo(Cursor other) => Commit == other.Commit ? Position.CompareTo(other.Position) : Commit.CompareTo(other.Commit);

    public static bool operator <(Cursor left, Cursor right) => left.CompareTo(right) < 0;
    public static bool operator >(Cursor left, Cursor right) => left.CompareTo(right) > 0;
    public static bool operator <=(Cursor left, Cursor right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Cursor left, Cursor right) => left.CompareTo(right) >= 0;

    /// <summary><c>16B3748-2</c>: opaque to clients.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Commit:X}-{Position}");

    public static bool TryParse(string text, out Cursor cursor)
    {
        cursor = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash is < 1 or > 16
            || !ulong.TryParse(text.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var commit)
            || !int.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)) return false;
        cursor = new(commit, position);
        return true;
    }
}
