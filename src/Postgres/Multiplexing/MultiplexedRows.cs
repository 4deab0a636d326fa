using System.Buffers;
using System.Buffers.Binary;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// The rows that a multiplexed transaction answers with, one after the other, each behind its length, in buffers of a pool, to which they go
/// back when they are disposed. A row lies in one buffer.
/// </summary>
public sealed class MultiplexedRows : IDisposable
{
    private const int First = 4 * 1024;

    /// <summary>Of the buffers behind the first: few for long answers, and none of them is a large object.</summary>
    private const int Further = 32 * 1024;

    private readonly List<ArraySegment<byte>> _full = [];
    private byte[] _bytes = [];
    private int _used;
    private int _last;

    public int Count { get; private set; }

    /// <summary>Bytes of all rows and their lengths.</summary>
    public int Length { get; private set; }

    /// <summary>What the rows of the first statement hold; null where that is not known.</summary>
    public RowDescription? Description { get; internal set; }

    /// <summary>The last row; there must be one.</summary>
    public MultiplexedRow Last => new(_bytes.AsMemory(_last, _used - _last));

    /// <summary>All rows, in their order.</summary>
    public RowReader Read() => new(this);

    /// <summary>Room for one more row, to be filled from the socket.</summary>
    internal Memory<byte> Add(int length)
    {
        var needed = sizeof(int) + length;
        if (_bytes.Length - _used < needed) Rent(needed);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_used), length);
        _last = _used + sizeof(int);
        _used += needed;
        Length += needed;
        Count++;
        return _bytes.AsMemory(_last, length);
    }

    /// <summary>Some of the rows: those of one buffer. Empty behind the last.</summary>
    internal ReadOnlySpan<byte> Buffer(int ordinal) =>
        ordinal < _full.Count ? _full[ordinal] : ordinal == _full.Count ? _bytes.AsSpan(0, _used) : default;

    private void Rent(int least)
    {
        if (_bytes.Length > 0) _full.Add(new(_bytes, 0, _used));
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(least, Count == 0 ? First : Further));
        _used = 0;
    }

    public void Dispose()
    {
        foreach (var buffer in _full) ArrayPool<byte>.Shared.Return(buffer.Array!);
        _full.Clear();
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _used) = ([], 0);
    }
}
