using System.Buffers;
using System.Buffers.Binary;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>The rows that a multiplexed transaction answers with, one after the other in one buffer, each behind its length. It goes back to the pool when they are disposed.</summary>
public sealed class MultiplexedRows : IDisposable
{
    private const int Least = 4 * 1024;

    private byte[] _bytes = [];
    private int _last;

    public int Count { get; private set; }

    /// <summary>Bytes of all rows and their lengths.</summary>
    internal int Length { get; private set; }

    /// <summary>The last row; there must be one.</summary>
    public MultiplexedRow Last => new(_bytes.AsMemory(_last, Length - _last));

    /// <summary>Room for one more row, to be filled from the socket.</summary>
    internal Memory<byte> Add(int length)
    {
        var start = Length + sizeof(int);
        if (_bytes.Length < start + length) Grow(start + length);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Length), length);
        (_last, Length) = (start, start + length);
        Count++;
        return _bytes.AsMemory(start, length);
    }

    /// <summary>The first rows, in their order.</summary>
    public IEnumerable<MultiplexedRow> First(int count)
    {
        for (var (i, at) = (0, 0); i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));
            yield return new(_bytes.AsMemory(at + sizeof(int), length));
            at += sizeof(int) + length;
        }
    }

    private void Grow(int least)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(least, Least), 2 * _bytes.Length));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        Dispose();
        _bytes = larger;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
