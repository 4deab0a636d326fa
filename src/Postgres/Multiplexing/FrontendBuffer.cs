using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Hedgerow.Postgres.Execution;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// Messages on their way to the server (PostgreSQL documentation, 54.7 Message Formats), gathered so that many leave in one write.
/// A string that is no valid Unicode raises <see cref="EncoderFallbackException"/>; what was written of its message must then be taken back.
/// </summary>
internal sealed class FrontendBuffer
{
    /// <summary>A buffer that one large body has grown is not kept.</summary>
    private const int Kept = 256 * 1024;

    private const int ByteaOid = 17;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _bytes = new byte[16 * 1024];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Kept) _bytes = new byte[16 * 1024];
    }

    public void Parse(ReadOnlySpan<byte> name, string text, ImmutableArray<SqlValue> values)
    {
        var start = Begin((byte)'P');
        CString(name);
        Text(text);
        Byte(0);
        // Only bytes have a type of their own; what travels as text is inferred from where it stands.
        var typed = values.Any(v => v.Bytes is not null);
        Int16(typed ? values.Length : 0);
        if (typed)
        {
            foreach (var value in values) Int32(value.Bytes is null ? 0 : ByteaOid);
        }
        End(start);
    }

    /// <summary>Asks what its rows will hold.</summary>
    public void DescribeStatement(ReadOnlySpan<byte> name) => Statement((byte)'D', name);

    /// <summary>Into the unnamed portal; all results as text.</summary>
    public void Bind(ReadOnlySpan<byte> name, ImmutableArray<SqlValue> values)
    {
        var start = Begin((byte)'B');
        Byte(0);
        CString(name);
        Int16(values.Length);
        foreach (var value in values) Int16(value.Bytes is null ? 0 : 1);
        Int16(values.Length);
        foreach (var value in values)
        {
            if (value.Bytes is { } bytes)
            {
                Int32(bytes.Length);
                Bytes(bytes.Span);
            }
            else if (value.Text is { } text)
            {
                var at = Length;
                Int32(0);
                Text(text);
                BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(at), Length - at - sizeof(int));
            }
            else
            {
                Int32(-1);
            }
        }
        Int16(0);
        End(start);
    }

    /// <summary>All rows of the unnamed portal.</summary>
    public void Execute()
    {
        var start = Begin((byte)'E');
        Byte(0);
        Int32(0);
        End(start);
    }

    public void CloseStatement(ReadOnlySpan<byte> name) => Statement((byte)'C', name);

    public void Sync() => End(Begin((byte)'S'));

    public void Terminate() => End(Begin((byte)'X'));

    /// <summary>The startup packet (54.7, StartupMessage), which has no type.</summary>
    public void Startup(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var start = Length;
        Int32(0);
        Int32(3 << 16);
        foreach (var (name, value) in parameters)
        {
            Text(name);
            Byte(0);
            Text(value);
            Byte(0);
        }
        Byte(0);
        End(start);
    }

    /// <summary>SASLInitialResponse.</summary>
    public void Sasl(string mechanism, string response)
    {
        var start = Begin((byte)'p');
        Text(mechanism);
        Byte(0);
        Int32(s_utf8.GetByteCount(response));
        Text(response);
        End(start);
    }

    /// <summary>SASLResponse.</summary>
    public void Sasl(string response)
    {
        var start = Begin((byte)'p');
        Text(response);
        End(start);
    }

    private void Statement(byte type, ReadOnlySpan<byte> name)
    {
        var start = Begin(type);
        Byte((byte)'S');
        CString(name);
        End(start);
    }

    private int Begin(byte type)
    {
        Byte(type);
        Int32(0);
        return Length - sizeof(int);
    }

    private void End(int start) => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), Length - start);

    private void Byte(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    private void Int16(int value)
    {
        Reserve(sizeof(short));
        BinaryPrimitives.WriteInt16BigEndian(_bytes.AsSpan(Length), (short)value);
        Length += sizeof(short);
    }

    private void Int32(int value)
    {
        Reserve(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(Length), value);
        Length += sizeof(int);
    }

    private void CString(ReadOnlySpan<byte> value)
    {
        Bytes(value);
        Byte(0);
    }

    private void Bytes(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(Length));
        Length += value.Length;
    }

    private void Text(string value)
    {
        Reserve(s_utf8.GetMaxByteCount(value.Length));
        Length += s_utf8.GetBytes(value, _bytes.AsSpan(Length));
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + count));
    }
}
