using System.Buffers;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Sql;

namespace Hedgerow.Rest.Response;

/// <summary>The body that the rows of <see cref="StatementBuilder.Rows"/> make, byte for byte as PostgreSQL would aggregate it.</summary>
internal sealed class JsonItems
{
    private static readonly byte[] s_between = ", \n "u8.ToArray();
    private static readonly byte[] s_betweenStripped = ","u8.ToArray();

    private readonly List<ReadOnlyMemory<byte>> _items;
    private readonly byte[] _between;
    private readonly bool _isArray;

    public JsonItems(MultiplexedRows rows, BodyFormat format)
    {
        var count = rows.Count - 1;
        _items = new(count);
        foreach (var row in rows.First(count)) _items.Add(row.Column(0)!.Value);
        _isArray = format is not JsonObjectBody;
        _between = format is Plan.JsonBody { NullsStripped: true } ? s_betweenStripped : s_between;
        Length = _isArray ? 2 + (Math.Max(count - 1, 0) * _between.Length) : 0;
        foreach (var item in _items) Length += item.Length;
    }

    /// <summary>Bytes of the body.</summary>
    public int Length { get; }

    public void WriteTo(IBufferWriter<byte> writer)
    {
        var rest = writer.GetSpan(Length);
        if (_isArray) Put(ref rest, "["u8);
        for (var i = 0; i < _items.Count; i++)
        {
            if (i > 0) Put(ref rest, _between);
            Put(ref rest, _items[i].Span);
        }
        if (_isArray) Put(ref rest, "]"u8);
        writer.Advance(Length);
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
