using System.Buffers.Binary;

namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>A CRC of up to 64 bits over reflected bits, eight bytes at a time ("slicing by 8", Intel 2006). The base library offers none of these.</summary>
internal sealed class ReflectedCrc
{
    /// <summary>CRC-32 of ISO 3309, as zip and Ethernet have it.</summary>
    public static ReflectedCrc Crc32 { get; } = new(0xEDB88320, 32);

    /// <summary>CRC-64 of the NVM Express specification, 5.2.1.3.4.</summary>
    public static ReflectedCrc Crc64Nvme { get; } = new(0x9A6C9329AC4BC9B5, 64);

    private readonly ulong[] _tables = new ulong[8 * 256];

    private ReflectedCrc(ulong polynomial, int bits)
    {
        (Bits, Ones) = (bits, ulong.MaxValue >> (64 - bits));
        for (var value = 0; value < 256; value++)
        {
            var crc = (ulong)value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
            _tables[value] = crc;
        }
        for (var at = 256; at < _tables.Length; at++) _tables[at] = _tables[at - 256] >> 8 ^ _tables[(byte)_tables[at - 256]];
    }

    public int Bits { get; }

    /// <summary>The first state; the checksum is the last one's complement.</summary>
    public ulong Ones { get; }

    public ulong Append(ulong state, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> tables = _tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var word = state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            state = tables[7 * 256 + (byte)word] ^ tables[6 * 256 + (byte)(word >> 8)] ^ tables[5 * 256 + (byte)(word >> 16)] ^ tables[4 * 256 + (byte)(word >> 24)]
                ^ tables[3 * 256 + (byte)(word >> 32)] ^ tables[2 * 256 + (byte)(word >> 40)] ^ tables[256 + (byte)(word >> 48)] ^ tables[(byte)(word >> 56)];
        }
        foreach (var octet in bytes) state = tables[(byte)(state ^ octet)] ^ state >> 8;
        return state;
    }
}
