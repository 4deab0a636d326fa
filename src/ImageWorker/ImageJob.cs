namespace Hedgerow.ImageWorker;

/// <summary>How an image meets the size that is asked for, in Supabase's words.</summary>
public enum ResizeMode
{
    /// <summary>Fills the size, its proportions kept; what stands out on both sides is cut off.</summary>
    Cover,

    /// <summary>Fits into the size, its proportions kept.</summary>
    Contain,

    /// <summary>Takes the size's proportions.</summary>
    Fill,
}

/// <summary>What an image is written as.</summary>
public enum ImageFormat
{
    /// <summary>As the source; HEIC, which no browser shows, as JPEG.</summary>
    Origin,
    Jpeg,
    Png,
    Webp,
    Avif,
    Gif,
}

/// <summary>An image to be rendered, and what it may cost. Its bytes travel beside it.</summary>
/// <param name="Width">Pixels; 0: as the height and the source's proportions make it.</param>
/// <param name="Height">Pixels; 0: as the width and the source's proportions make it.</param>
/// <param name="Quality">1 to 100; without meaning for PNG and GIF.</param>
/// <param name="MaxPixels">Of the source, all frames that are read together.</param>
/// <param name="MaxFrames">Of an animation; those behind them are left out.</param>
/// <param name="MaxResultBytes">The result's size.</param>
/// <param name="Seconds">Of processor time.</param>
public sealed record ImageJob(
    int Width, int Height, ResizeMode Resize, int Quality, ImageFormat Format, long MaxPixels, int MaxFrames, int MaxResultBytes, int Seconds)
{
    /// <summary>Bytes of <see cref="Write"/>.</summary>
    public const int Length = 6 * sizeof(int) + 2 + sizeof(long);

    public void Write(Span<byte> to)
    {
        var writer = new FieldWriter(to);
        writer.Int(Width);
        writer.Int(Height);
        writer.Byte((byte)Resize);
        writer.Int(Quality);
        writer.Byte((byte)Format);
        writer.Long(MaxPixels);
        writer.Int(MaxFrames);
        writer.Int(MaxResultBytes);
        writer.Int(Seconds);
    }

    public static ImageJob Read(ReadOnlySpan<byte> from)
    {
        var reader = new FieldReader(from);
        return new ImageJob(
            reader.Int(), reader.Int(), (ResizeMode)reader.Byte(), reader.Int(), (ImageFormat)reader.Byte(), reader.Long(), reader.Int(), reader.Int(), reader.Int());
    }
}

/// <summary>What became of an image.</summary>
public enum ImageOutcome
{
    /// <summary>The rendered bytes follow.</summary>
    Rendered,

    /// <summary>The bytes are no image of a kind that is read.</summary>
    Unknown,

    /// <summary>They begin as an image and are none, or end too early.</summary>
    Damaged,

    /// <summary>More pixels than allowed.</summary>
    TooManyPixels,

    /// <summary>The format cannot hold it, or it has more bytes than allowed.</summary>
    Unwritable,
}

/// <param name="Format">Of the bytes that follow.</param>
/// <param name="Bytes">How many follow.</param>
public readonly record struct ImageReply(ImageOutcome Outcome, ImageFormat Format, int Bytes)
{
    /// <summary>Bytes of <see cref="Write"/>.</summary>
    public const int Length = 2 + sizeof(int);

    public void Write(Span<byte> to)
    {
        var writer = new FieldWriter(to);
        writer.Byte((byte)Outcome);
        writer.Byte((byte)Format);
        writer.Int(Bytes);
    }

    public static ImageReply Read(ReadOnlySpan<byte> from)
    {
        var reader = new FieldReader(from);
        return new ImageReply((ImageOutcome)reader.Byte(), (ImageFormat)reader.Byte(), reader.Int());
    }
}
