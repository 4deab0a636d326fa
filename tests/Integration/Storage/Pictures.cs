using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Images made by hand, good ones and bad ones, and a look into those that come back.</summary>
internal static class Pictures
{
    /// <summary>A PNG, 8 bits of grey a pixel.</summary>
    /// <param name="rows">The pixels with each row's filter byte; null: too few.</param>
    public static byte[] Png(int width, int height, byte[]? rows = null)
    {
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        head[8] = 8;
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR", head);
        Chunk(file, "IDAT", Deflated(rows ?? new byte[100]));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>The left half black, the right half white.</summary>
    public static byte[] Halves(int width, int height)
    {
        var rows = new byte[(width + 1) * height];
        for (var y = 0; y < height; y++) rows.AsSpan(y * (width + 1) + 1 + width / 2, width - width / 2).Fill(255);
        return Png(width, height, rows);
    }

    /// <summary>Black all over; large, and small as a file.</summary>
    public static byte[] Black(int width, int height) => Png(width, height, new byte[(width + 1) * height]);

    /// <summary>An animation.</summary>
    public static byte[] Gif(ushort width, ushort height, int frames)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("GIF89a"u8);
        writer.Write(width);
        writer.Write(height);
        writer.Write([0x80, 0, 0, 0, 0, 0, 255, 0, 0]); // two colours: black, red
        writer.Write([0x21, 0xFF, 0x0B, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0]);
        for (var frame = 0; frame < frames; frame++)
        {
            writer.Write([0x21, 0xF9, 4, 4, 10, 0, 0, 0]);
            writer.Write((byte)0x2C);
            writer.Write((uint)0);
            writer.Write((ushort)10);
            writer.Write((ushort)10);
            writer.Write([0, 2, 2, 0x4C, 1, 0]);
        }
        writer.Write((byte)0x3B);
        return file.ToArray();
    }

    /// <summary>A JPEG with a camera's note that it was held so (EXIF's Orientation).</summary>
    public static byte[] Turned(byte[] jpeg, byte orientation) =>
    [
        .. jpeg.AsSpan(0, 2),
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        .. jpeg.AsSpan(2),
    ];

    /// <summary>What a PNG's head says: pixels, width by height.</summary>
    public static string Size(byte[] png)
    {
        Assert.Equal("PNG", Encoding.ASCII.GetString(png, 1, 3));
        return $"{BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16))}x{BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))}";
    }

    /// <summary>Frames of a GIF, by the blocks that stand before each.</summary>
    public static int Frames(byte[] gif)
    {
        Assert.Equal("GIF89a", Encoding.ASCII.GetString(gif, 0, 6));
        var count = 0;
        for (int at = 0, next; (next = gif.AsSpan(at).IndexOf((ReadOnlySpan<byte>)[0x21, 0xF9, 4])) >= 0; at += next + 3) count++;
        return count;
    }

    private static void Chunk(MemoryStream file, string name, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        file.Write(number);
    }

    private static byte[] Deflated(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest)) zlib.Write(bytes);
        return packed.ToArray();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
