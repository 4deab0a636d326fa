namespace Hedgerow.ImageWorker;

/// <summary>Source bytes to rendered bytes.</summary>
internal static unsafe class Rendering
{
    /// <summary>Tells libvips what it may do: read these kinds, keep nothing, use one core a process.</summary>
    public static void Prepare()
    {
        if (Vips.Init("hedgerow") != 0) throw new VipsException("init");
        Vips.BlockUntrusted(1);
        Vips.Block("VipsForeignLoad", 1);
        foreach (var kind in SourceKind.All) Vips.Block(kind.Class, 0);
        Vips.SetCacheMax(0);
        Vips.SetConcurrency(1);
    }

    /// <param name="source">A libvips blob.</param>
    /// <param name="result">A blob, to be given back with <see cref="Vips.UnrefArea"/>; 0 where there is none.</param>
    public static ImageReply Render(ImageJob job, nint source, out nint result)
    {
        result = 0;
        if (SourceKind.Of(Bytes(source)) is not { } kind) return Refusal(ImageOutcome.Unknown);
        var format = job.Format == ImageFormat.Origin ? kind.Format : job.Format;
        try
        {
            // Of the source its head alone is read here: what it announces is held against the limits before any pixel is made.
            var (width, height, frames) = Measure(source, kind);
            frames = format is ImageFormat.Gif or ImageFormat.Webp ? Math.Clamp(frames, 1, job.MaxFrames) : 1;
            if ((long)width * height * frames > job.MaxPixels) return Refusal(ImageOutcome.TooManyPixels);
            var geometry = Geometry.Of(width, height, job.Width, job.Height, job.Resize);
            if (Math.Max(geometry.Width, geometry.Height) > LargestSide(format)) return Refusal(ImageOutcome.Unwritable);

            using var scaled = Scale(source, geometry, frames);
            using var cropped = geometry.IsCropped ? Crop(scaled, geometry, frames) : null;
            result = Save(cropped ?? scaled, format, job.Quality);
            var length = Bytes(result).Length;
            if (length <= job.MaxResultBytes) return new ImageReply(ImageOutcome.Rendered, format, length);
            Vips.UnrefArea(result);
            result = 0;
            return Refusal(ImageOutcome.Unwritable);
        }
        catch (VipsException)
        {
            return Refusal(ImageOutcome.Damaged);
        }
    }

    public static ReadOnlySpan<byte> Bytes(nint blob)
    {
        var data = Vips.BlobData(blob, out var length);
        return new ReadOnlySpan<byte>(data, checked((int)length));
    }

    /// <summary>Pixels as the image is to be seen, and its frames.</summary>
    private static (int Width, int Height, int Frames) Measure(nint source, SourceKind kind)
    {
        using var load = new VipsOperation(kind.Loader).With("buffer", source, Vips.BlobType());
        using var head = load.Image();
        var (width, height) = (Vips.Width(head.Handle), Vips.PageHeight(head.Handle));
        var frames = kind.Animates ? Vips.Pages(head.Handle) : 1;
        return Vips.IsOnItsSide(head.Handle) != 0 ? (height, width, frames) : (width, height, frames);
    }

    /// <summary>Colours become sRGB's, and a camera's note of how it was held becomes pixels: neither profile nor note is written.</summary>
    private static VipsImage Scale(nint source, Geometry geometry, int frames)
    {
        using var thumbnail = new VipsOperation("thumbnail_buffer")
            .With("buffer", source, Vips.BlobType())
            .With("width", geometry.ScaledWidth).With("height", geometry.ScaledHeight).With("size", "force")
            .With("export-profile", "srgb")
            // Half an image is none: what ends too early is refused rather than filled with grey. (The operation's own fail-on does not reach buffers.)
            .With("option-string", frames > 1 ? $"fail_on=error,n={frames}" : "fail_on=error");
        return thumbnail.Image();
    }

    private static VipsImage Crop(VipsImage scaled, Geometry geometry, int frames)
    {
        if (frames == 1) return Cut(scaled, geometry, geometry.Top);
        // Frames lie below each other: each is cut by itself, which needs the pixels in memory.
        using var memory = new VipsImage(Vips.CopyToMemory(scaled.Handle));
        if (memory.Handle == 0) throw new VipsException("copy");
        var cut = new List<VipsImage>(frames);
        try
        {
            for (var frame = 0; frame < frames; frame++) cut.Add(Cut(memory, geometry, frame * geometry.ScaledHeight + geometry.Top));
            var handles = cut.Select(image => image.Handle).ToArray();
            nint array;
            fixed (nint* first = handles) array = Vips.NewImageArray(first, frames);
            using var join = new VipsOperation("arrayjoin").With("in", array, Vips.ImageArrayType()).With("across", 1);
            Vips.UnrefArea(array);
            var joined = join.Image();
            Vips.SetInt(joined.Handle, "page-height", geometry.Height);
            return joined;
        }
        finally
        {
            foreach (var image in cut) image.Dispose();
        }
    }

    private static VipsImage Cut(VipsImage image, Geometry geometry, int top)
    {
        using var extract = new VipsOperation("extract_area")
            .With("input", image).With("left", geometry.Left).With("top", top).With("width", geometry.Width).With("height", geometry.Height);
        return extract.Image();
    }

    private static nint Save(VipsImage image, ImageFormat format, int quality)
    {
        using var save = new VipsOperation(format switch
        {
            ImageFormat.Png => "pngsave_buffer",
            ImageFormat.Webp => "webpsave_buffer",
            ImageFormat.Avif => "heifsave_buffer",
            ImageFormat.Gif => "gifsave_buffer",
            _ => "jpegsave_buffer",
        });
        save.With("in", image).With("strip", "true");
        switch (format)
        {
            // What is seen through becomes white.
            case ImageFormat.Jpeg: save.With("Q", quality).With("optimize-coding", "true").With("background", "255 255 255"); break;
            case ImageFormat.Webp: save.With("Q", quality); break;
            // At full effort a photograph takes seconds and is a few per cent smaller.
            case ImageFormat.Avif: save.With("Q", quality).With("compression", "av1").With("effort", 1); break;
        }
        return save.Bytes();
    }

    private static int LargestSide(ImageFormat format) => format switch
    {
        ImageFormat.Webp => 16_383,
        ImageFormat.Avif => 16_384,
        ImageFormat.Png => int.MaxValue,
        _ => 65_535,
    };

    private static ImageReply Refusal(ImageOutcome outcome) => new(outcome, ImageFormat.Origin, 0);
}
