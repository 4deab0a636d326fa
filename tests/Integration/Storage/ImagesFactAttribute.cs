namespace Hedgerow.Tests.Integration.Storage;

/// <summary>A test that renders images, which needs libvips on the machine.</summary>
public sealed class ImagesFactAttribute : FactAttribute
{
    public ImagesFactAttribute() => Skip = Libvips.Missing;
}

/// <inheritdoc cref="ImagesFactAttribute"/>
public sealed class ImagesTheoryAttribute : TheoryAttribute
{
    public ImagesTheoryAttribute() => Skip = Libvips.Missing;
}

internal static class Libvips
{
    private static readonly string[] s_folders =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib", "/opt/homebrew/lib"];

    /// <summary>Why such tests are skipped; null: they are not.</summary>
    public static string? Missing { get; } =
        s_folders.Any(folder => File.Exists(Path.Combine(folder, "libvips.so.42")) || File.Exists(Path.Combine(folder, "libvips.42.dylib")))
            ? null
            : "libvips is not installed (Debian: apt-get install libvips42)";
}
