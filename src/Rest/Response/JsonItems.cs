using System.Buffers;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Sql;

namespace Hedgerow.Rest.Response;

/// <summary>The body that the rows of <see cref="StatementBuilder.Rows"/> make, byte for byte as PostgreSQL would aggregate it.</summary>
internal readonly struct JsonItems(MultiplexedRows rows, BodyFormat format)
{
    private static readonly byte[] s_between = ", \n "u8.ToArray();
    private static readonly byte[] s_betweenStripped = ","u8.ToArray();

    private readonly int _count = rows.Count - 1;
    private readonly byte[] _between = format is Plan.JsonBody { NullsStripped: true } ? s_betweenStripped : s_between;

    private bool IsObject => format is JsonObjectBody;

    public int Length()
    {
        var length = IsObject ? 0 : 2 + (Math.Max(_count - 1, 0) * _between.Length);
        foreach (var row in rows.First(_count)) length += Item(row).Length;
        return length;
    }

    public void WriteTo(IBufferWriter<byte> writer)
    {
        if (!IsObject) writer.Write("["u8);
        var first = true;
        foreach (var row in rows.First(_count))
        {
            if (!first) writer.Write(_between);
            writer.Write(Item(row));
            first = false;
        }
        if (!IsObject) writer.Write("]"u8);
    }

    private static ReadOnlySpan<byte> Item(MultiplexedRow row) => row.Column(0)!.Value.Span;
}
