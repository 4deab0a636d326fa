namespace Hedgerow.Realtime.Wal;

/// <summary>What the log holds of one column's value.</summary>
public enum ColumnState : byte
{
    Null,

    /// <summary>In the text form of its type.</summary>
    Text,

    /// <summary>TOASTed and not changed by the UPDATE, so that it was not logged; or not part of a key that alone was logged.</summary>
    Missing,
}

/// <summary>A row as it was logged: slices of the message it came in, so that a change nobody asks about is never copied apart.</summary>
public sealed class RowImage(byte[] message, ColumnSlice[] columns)
{
    public int Count => columns.Length;

    public ColumnState State(int column) => column < columns.Length ? columns[column].State : ColumnState.Missing;

    /// <summary>The value's text in UTF-8; empty unless its state is <see cref="ColumnState.Text"/>.</summary>
    public ReadOnlySpan<byte> Text(int column) => message.AsSpan(columns[column].Start, columns[column].Length);

    /// <summary>The row with what is missing taken from <paramref name="other"/>.</summary>
    public RowImage CompletedBy(RowImage other)
    {
        if (Array.TrueForAll(columns, column => column.State != ColumnState.Missing)) return this;
        // Rare (an unchanged TOASTed value), so copying is cheaper than carrying two messages everywhere.
        var text = new MemoryStream();
        var slices = new ColumnSlice[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var source = columns[i].State == ColumnState.Missing ? other : this;
            var state = source.State(i);
            var start = (int)text.Length;
            if (state == ColumnState.Text) text.Write(source.Text(i));
            slices[i] = new(state, start, (int)text.Length - start);
        }
        return new RowImage(text.ToArray(), slices);
    }
}

public readonly record struct ColumnSlice(ColumnState State, int Start, int Length);
