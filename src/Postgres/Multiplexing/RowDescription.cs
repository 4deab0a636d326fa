using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>What the rows of a statement hold (PostgreSQL documentation, 54.7 Message Formats, RowDescription).</summary>
public sealed class RowDescription
{
    /// <summary>Behind the name: table, attribute, type, size, modifier, format.</summary>
    private const int FieldBytes = 18;

    private const int TypeAt = 6;

    internal RowDescription(ReadOnlySpan<byte> message)
    {
        var columns = new ResultColumn[BinaryPrimitives.ReadInt16BigEndian(message)];
        var rest = message[sizeof(short)..];
        for (var i = 0; i < columns.Length; i++)
        {
            var end = rest.IndexOf((byte)0);
            var field = rest.Slice(end + 1, FieldBytes);
            columns[i] = new(Encoding.UTF8.GetString(rest[..end]), BinaryPrimitives.ReadUInt32BigEndian(field[TypeAt..]));
            rest = rest[(end + 1 + FieldBytes)..];
        }
        Columns = ImmutableCollectionsMarshal.AsImmutableArray(columns);
    }

    public ImmutableArray<ResultColumn> Columns { get; }
}

/// <param name="Type">Its object identifier; of a domain, that of the type below it.</param>
public readonly record struct ResultColumn(string Name, uint Type);
