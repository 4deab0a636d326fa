using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>One row, all columns as PostgreSQL's text: a DataRow message without its head (PostgreSQL documentation, 54.7 Message Formats).</summary>
public readonly struct MultiplexedRow(ReadOnlyMemory<byte> message)
{
    private const int CountBytes = sizeof(short);

    /// <summary>Bytes of the column; null for NULL.</summary>
    public ReadOnlyMemory<byte>? Column(int ordinal)
    {
        var bytes = message.Span;
        var at = CountBytes;
        for (var i = 0; ; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
            at += sizeof(int);
            // Written in full: a bare null would become an empty memory.
            if (i == ordinal) return length < 0 ? default(ReadOnlyMemory<byte>?) : message.Slice(at, length);
            at += Math.Max(length, 0);
        }
    }

    public string? Text(int ordinal) => Column(ordinal) is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <exception cref="FormatException">The column is no whole number.</exception>
    public long? Number(int ordinal) => Column(ordinal) is not { } bytes ? null
        : Utf8Parser.TryParse(bytes.Span, out long number, out var used) && used == bytes.Length ? number
        : throw new FormatException($"Column {ordinal} is no whole number.");
}
