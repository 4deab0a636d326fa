namespace Hedgerow.Storage.Images;

/// <summary>
/// Rendering images. Section <c>Storage:Images</c>. It needs libvips 8.13 or newer on the machine (Debian: <c>libvips42</c>); the limits of the source
/// are those that Supabase gives imgproxy.
/// </summary>
public sealed record ImageOptions
{
    /// <summary>Off: <c>/render/image</c> refuses everything (<c>IMAGE_TRANSFORMATION_ENABLED</c>).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Largest width and height that are asked for, in pixels; more counts as this (<c>IMAGE_TRANSFORMATION_LIMIT_MAX_SIZE</c>).</summary>
    public int MaxSize { get; init; } = 2500;

    /// <summary>Largest source in bytes (<c>IMGPROXY_MAX_SRC_FILE_SIZE</c>).</summary>
    public int MaxSourceBytes { get; init; } = 25_000_000;

    /// <summary>Largest source in millions of pixels, the frames of an animation together (<c>IMGPROXY_MAX_SRC_RESOLUTION</c>).</summary>
    public int MaxSourceMegapixels { get; init; } = 50;

    /// <summary>Frames that are kept of an animation (<c>IMGPROXY_MAX_ANIMATION_FRAMES</c>).</summary>
    public int MaxFrames { get; init; } = 60;

    /// <summary>Seconds that one image may take (<c>IMGPROXY_TIMEOUT</c>).</summary>
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Images that are rendered at once, each in a process of its own. 0: as many as there are cores.</summary>
    public int Workers { get; init; }

    /// <summary>Requests for images under way, those that wait included; past them the answer is 429 (<c>IMGPROXY_MAX_CLIENTS</c>).</summary>
    public int MaxRequests { get; init; } = 64;

    /// <summary>Memory that a process may take for an image, in megabytes.</summary>
    public int MemoryMegabytes { get; init; } = 512;

    /// <summary>Images that one process renders before another takes its place. 1: what an image may do to its process, no other ever meets.</summary>
    public int ImagesPerWorker { get; init; } = 200;
}
