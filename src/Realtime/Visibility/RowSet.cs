using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Visibility;

/// <summary>
/// The rows of a batch that a question is about, cut down to the columns that the answer can depend on, each distinct one once: a policy that looks at
/// the workspace is asked once for a hundred files of one workspace. A row that lacks such a column (see <see cref="ColumnState.Missing"/>) is not asked about.
/// </summary>
public sealed class RowSet
{
    private readonly Dictionary<RowImage, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _distinct = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _rows = new();
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly TableShape _shape;
    private readonly bool[] _wanted;

    /// <param name="columns">Null: all.</param>
    public RowSet(TableShape shape, ImmutableArray<string>? columns)
    {
        _shape = shape;
        _wanted = [.. shape.Relation.Columns.Select(column => columns is null || columns.Value.Contains(column.Name))];
        _rows.Write("["u8);
    }

    /// <summary>Distinct rows.</summary>
    public int Count => _distinct.Count;

    public void Add(RowImage row)
    {
        if (_numbers.ContainsKey(row)) return;
        for (var i = 0; i < _wanted.Length; i++)
        {
            if (!_wanted[i] || row.State(i) != ColumnState.Missing) continue;
            _numbers[row] = -1;
            return;
        }
        _row.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_row, RowEncoding.Writer)) RowJson.WriteRow(json, row, _shape, column => _wanted[column]);
        var text = System.Text.Encoding.UTF8.GetString(_row.WrittenSpan);
        if (!_distinct.TryGetValue(text, out var number))
        {
            _distinct[text] = number = _distinct.Count;
            if (number > 0) _rows.Write(","u8);
            _rows.Write(_row.WrittenSpan);
        }
        _numbers[row] = number;
    }

    /// <summary>The row's number among the distinct ones; -1 where nothing can be asked about it.</summary>
    public int NumberOf(RowImage row) => _numbers[row];

    /// <summary>All distinct rows as a JSON array, for <c>json_populate_recordset</c>.</summary>
    public byte[] ToJson() => [.. _rows.WrittenSpan, (byte)']'];

    /// <summary>One of them alone.</summary>
    public byte[] ToJson(int number) => System.Text.Encoding.UTF8.GetBytes($"[{_distinct.First(row => row.Value == number).Key}]");
}
