using System.Buffers.Binary;

namespace Hedgerow.Postgres.Encryption;

/// <summary>The packets that an OpenPGP key is a row of. Source: RFC 4880 §4.2.</summary>
internal static class OpenPgpPacket
{
    public const int SecretKey = 5, PublicKey = 6, SecretSubkey = 7, PublicSubkey = 14;

    /// <summary>A packet in the new format with a four-octet length.</summary>
    public static byte[] Write(int tag, ReadOnlySpan<byte> body)
    {
        var packet = new byte[6 + body.Length];
        packet[0] = (byte)(0xC0 | tag);
        packet[1] = 0xFF;
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(2), body.Length);
        body.CopyTo(packet.AsSpan(6));
        return packet;
    }

    /// <summary>The packets in <paramref name="data"/>, in either format.</summary>
    /// <exception cref="FormatException">It is no row of whole packets.</exception>
    public static IEnumerable<(int Tag, ReadOnlyMemory<byte> Body)> Read(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty) throw Broken();
        while (!data.IsEmpty)
        {
            var first = data.Span[0];
            if ((first & 0x80) == 0) throw Broken();
            var isNew = (first & 0x40) != 0;
            var (lengthAt, length) = Length(data.Span, isNew, first);
            if (length < 0 || length > data.Length - lengthAt) throw Broken();
            yield return (isNew ? first & 0x3F : (first >> 2) & 0x0F, data.Slice(lengthAt, length));
            data = data[(lengthAt + length)..];
        }
    }

    /// <summary>Where the body begins and how long it is; -1 where the length cannot be read.</summary>
    private static (int At, int Length) Length(ReadOnlySpan<byte> data, bool isNew, byte first)
    {
        if (data.Length < 2) return (0, -1);
        var octet = data[1];
        return (isNew, first & 3) switch
        {
            (true, _) when octet < 192 => (2, octet),
            (true, _) when octet < 224 && data.Length >= 3 => (3, ((octet - 192) << 8) + data[2] + 192),
            (true, _) when octet == 255 && data.Length >= 6 => (6, BinaryPrimitives.ReadInt32BigEndian(data[2..])),
            (false, 0) => (2, octet),
            (false, 1) when data.Length >= 3 => (3, BinaryPrimitives.ReadUInt16BigEndian(data[1..])),
            (false, 2) when data.Length >= 5 => (5, BinaryPrimitives.ReadInt32BigEndian(data[1..])),
            _ => (0, -1), // partial and indeterminate lengths are for data, not for keys
        };
    }

    private static FormatException Broken() => new("the private key is not an OpenPGP key in binary form");
}
