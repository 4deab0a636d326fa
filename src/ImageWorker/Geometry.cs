namespace Hedgerow.ImageWorker;

/// <summary>How large an image is drawn, and how much of its middle is kept.</summary>
/// <param name="ScaledWidth">Pixels after scaling.</param>
/// <param name="ScaledHeight">Pixels after scaling.</param>
/// <param name="Width">Pixels of the middle that are kept.</param>
/// <param name="Height">Pixels of the middle that are kept.</param>
public readonly record struct Geometry(int ScaledWidth, int ScaledHeight, int Width, int Height)
{
    public bool IsCropped => Width != ScaledWidth || Height != ScaledHeight;
    public int Left => (ScaledWidth - Width + 1) / 2;
    public int Top => (ScaledHeight - Height + 1) / 2;

    /// <summary>
    /// As imgproxy, which renders for Supabase, does it with <c>enlarge</c> off: an image is never drawn larger than it is. One too small to fill the
    /// size keeps its own, cut to the size where it stands out; one to be stretched takes the size's proportions within its own.
    /// </summary>
    /// <param name="sourceWidth">Pixels, the image turned as it is to be seen.</param>
    /// <param name="sourceHeight">Likewise.</param>
    /// <param name="width">Pixels asked for; 0: none.</param>
    /// <param name="height">Pixels asked for; 0: none.</param>
    public static Geometry Of(int sourceWidth, int sourceHeight, int width, int height, ResizeMode resize)
    {
        var across = width == 0 ? 1 : (double)sourceWidth / width;
        var down = height == 0 ? 1 : (double)sourceHeight / height;
        if (resize != ResizeMode.Fill)
        {
            if (width == 0) across = down;
            else if (height == 0) down = across;
            else across = down = resize == ResizeMode.Cover ? Math.Min(across, down) : Math.Max(across, down);
        }
        var least = Math.Min(across, down);
        if (least < 1) (across, down) = (across / least, down / least);
        var (scaledWidth, scaledHeight) = (Scaled(sourceWidth, across), Scaled(sourceHeight, down));
        return new Geometry(scaledWidth, scaledHeight, Kept(scaledWidth, width), Kept(scaledHeight, height));
    }

    private static int Scaled(int source, double shrink) => Math.Max(1, (int)Math.Round(source / shrink, MidpointRounding.AwayFromZero));

    private static int Kept(int scaled, int asked) => asked == 0 ? scaled : Math.Min(scaled, asked);
}
