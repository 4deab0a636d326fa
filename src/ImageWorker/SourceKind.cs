namespace Hedgerow.ImageWorker;

/// <summary>What bytes say they are. Only these readers are ever called, and libvips is told to have no other.</summary>
/// <param name="Loader">libvips' operation.</param>
/// <param name="Class">The class of its readers.</param>
/// <param name="Format">What it is written as again.</param>
/// <param name="Animates">It may have several frames.</param>
internal sealed record SourceKind(string Loader, string Class, ImageFormat Format, bool Animates)
{
    private static readonly SourceKind s_jpeg = new("jpegload_buffer", "VipsForeignLoadJpeg", ImageFormat.Jpeg, false);
    private static readonly SourceKind s_png = new("pngload_buffer", "VipsForeignLoadPng", ImageFormat.Png, false);
    private static readonly SourceKind s_gif = new("gifload_buffer", "VipsForeignLoadNsgif", ImageFormat.Gif, true);
    private static readonly SourceKind s_webp = new("webpload_buffer", "VipsForeignLoadWebp", ImageFormat.Webp, true);
    private static readonly SourceKind s_avif = new("heifload_buffer", "VipsForeignLoadHeif", ImageFormat.Avif, false);
    private static readonly SourceKind s_heic = s_avif with { Format = ImageFormat.Jpeg };

    public static IEnumerable<SourceKind> All => [s_jpeg, s_png, s_gif, s_webp, s_avif];

    /// <summary>Null where it is none of them. The name and the declared type count for nothing.</summary>
    public static SourceKind? Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return s_jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A])) return s_png;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8)) return s_gif;
        if (bytes.Length < 12) return null;
        if (bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8)) return s_webp;
        if (!bytes[4..].StartsWith("ftyp"u8)) return null;
        var brand = bytes.Slice(8, 4);
        if (brand.SequenceEqual("avif"u8)) return s_avif;
        return brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("mif1"u8) ? s_heic : null;
    }
}
