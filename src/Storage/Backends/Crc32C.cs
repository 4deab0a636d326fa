using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hedgerow.Storage.Backends;

/// <summary>CRC-32C (Castagnoli), by the processor's own instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>Words of each of three strands that are summed up at once: the instruction takes three cycles, and one can begin in each.</summary>
    private const int Strand = 1024;

    private static readonly uint[] s_strand = Zeros(Strand * sizeof(ulong));

    /// <summary>Goes on from <paramref name="state"/>; the first state is all ones, the checksum the last state's complement.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var rest = bytes[(words.Length * sizeof(ulong))..];
        for (; words.Length >= 3 * Strand; words = words[(3 * Strand)..])
        {
            var first = words[..Strand];
            var second = words.Slice(Strand, Strand);
            var third = words.Slice(2 * Strand, Strand);
            var (a, b, c) = (state, 0u, 0u);
            for (var i = 0; i < Strand; i++)
            {
                a = Step(a, first[i]);
                b = Step(b, second[i]);
                c = Step(c, third[i]);
            }
            state = Times(s_strand, Times(s_strand, a) ^ b) ^ c;
        }
        foreach (var word in words) state = Step(state, word);
        foreach (var one in rest) state = BitOperations.Crc32C(state, one);
        return state;
    }

    private static uint Step(uint state, ulong word) => BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));

    /// <summary>The checksum of two pieces in a row, from theirs and the length of the second (zlib's crc32_combine, over this polynomial).</summary>
    public static uint Combine(uint first, uint second, long secondLength) => Times(Zeros(secondLength), first) ^ second;

    /// <summary>
    /// What so many zero bytes behind a message do to its checksum: a linear map, as its 32 columns. Appending a zero bit is one, and squaring a map doubles the number of zeros.
    /// </summary>
    private static uint[] Zeros(long bytes)
    {
        Span<uint> power = stackalloc uint[32];
        Span<uint> square = stackalloc uint[32];
        var zeros = new uint[32];
        for (var bit = 0; bit < 32; bit++) zeros[bit] = 1u << bit;
        power[0] = 0x82F63B78;
        for (var bit = 1; bit < 32; bit++) power[bit] = 1u << (bit - 1);
        for (var doubling = 0; doubling < 3; doubling++) // one bit to one byte
        {
            Square(power, square);
            square.CopyTo(power);
        }
        for (var left = bytes; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                for (var bit = 0; bit < 32; bit++) zeros[bit] = Times(power, zeros[bit]);
            }
            Square(power, square);
            square.CopyTo(power);
        }
        return zeros;
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
