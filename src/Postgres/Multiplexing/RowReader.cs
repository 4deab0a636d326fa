using System.Buffers.Binary;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>Passes once over rows and their columns, without a copy.</summary>
public ref struct RowReader
{
    private readonly MultiplexedRows _all;
    private ReadOnlySpan<byte> _rows;
    private ReadOnlySpan<byte> _columns;
    private int _buffer;

    internal RowReader(MultiplexedRows all)
    {
        _all = all;
        _rows = all.Buffer(0);
    }

    /// <summary>Goes on to the next row; there must be one.</summary>
    public void NextRow()
    {
        if (_rows.IsEmpty) _rows = _all.Buffer(++_buffer);
        var length = BinaryPrimitives.ReadInt32LittleEndian(_rows);
        _columns = _rows.Slice(sizeof(int) + sizeof(short), length - sizeof(short));
        _rows = _rows[(sizeof(int) + length)..];
    }

    /// <summary>Goes on to the next column of the row; false where it is NULL.</summary>
    public bool NextColumn(out ReadOnlySpan<byte> text)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(_columns);
        text = _columns.Slice(sizeof(int), Math.Max(length, 0));
        _columns = _columns[(sizeof(int) + text.Length)..];
        return length >= 0;
    }
}
