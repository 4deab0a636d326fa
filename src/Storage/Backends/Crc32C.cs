using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hedgerow.Storage.Backends;

/// <summary>CRC-32C (Castagnoli), by the processor's own instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>Goes on from <paramref name="state"/>; the first state is all ones, the checksum the last state's complement.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..]) state = BitOperations.Crc32C(state, rest);
        return state;
    }

    /// <summary>The checksum of two pieces in a row, from theirs and the length of the second (zlib's crc32_combine, over this polynomial).</summary>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        // Appending a zero bit to a message is a linear map of its checksum; squaring the map doubles the number of zeros.
        Span<uint> map = stackalloc uint[32];
        Span<uint> square = stackalloc uint[32];
        map[0] = 0x82F63B78;
        for (var bit = 1; bit < 32; bit++) map[bit] = 1u << (bit - 1);
        for (var doubling = 0; doubling < 3; doubling++) // one bit to one byte
        {
            Square(map, square);
            square.CopyTo(map);
        }
        for (var left = secondLength; left > 0; left >>= 1)
        {
            if ((left & 1) != 0) first = Times(map, first);
            Square(map, square);
            square.CopyTo(map);
        }
        return first ^ second;
    }

    private static uint Times(ReadOnlySpan<uint> map, uint vector)
    {
        var sum = 0u;
        for (var bit = 0; vector != 0; bit++, vector >>= 1)
            if ((vector & 1) != 0) sum ^= map[bit];
        return sum;
    }

    private static void Square(ReadOnlySpan<uint> map, Span<uint> square)
    {
        for (var bit = 0; bit < 32; bit++) square[bit] = Times(map, map[bit]);
    }
}
