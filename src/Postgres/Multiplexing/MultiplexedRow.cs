using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>The one row that a multiplexed transaction answers with; all columns as PostgreSQL's text. Its bytes go back to the pool when it is disposed.</summary>
public sealed class MultiplexedRow : IDisposable
{
    private const int CountBytes = sizeof(short);

    private readonly byte[] _bytes;

    internal MultiplexedRow(int length) => (_bytes, Length) = (ArrayPool<byte>.Shared.Rent(length), length);

    internal int Length { get; }

    /// <summary>The DataRow message without its head, to be filled from the socket.</summary>
    internal Memory<byte> Message => _bytes.AsMemory(0, Length);

    /// <summary>Bytes of the column; null for NULL.</summary>
    public ReadOnlyMemory<byte>? Column(int ordinal)
    {
        var at = CountBytes;
        for (var i = 0; ; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(at));
            at += sizeof(int);
            // Written in full: a bare null would become an empty memory.
            if (i == ordinal) return length < 0 ? default(ReadOnlyMemory<byte>?) : _bytes.AsMemory(at, length);
            at += Math.Max(length, 0);
        }
    }

    public string? Text(int ordinal) => Column(ordinal) is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <exception cref="FormatException">The column is no whole number.</exception>
    public long? Number(int ordinal) => Column(ordinal) is not { } bytes ? null
        : Utf8Parser.TryParse(bytes.Span, out long number, out var used) && used == bytes.Length ? number
        : throw new FormatException($"Column {ordinal} is no whole number.");

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
