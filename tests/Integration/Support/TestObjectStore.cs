namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// A store for objects of a test's own: a temporary folder, or a prefix of the S3 bucket that <c>HEDGEROW_TEST_STORAGE</c> names
/// (<c>s3://access:secret@host:port/bucket</c>), with which the same tests run a second time.
/// </summary>
public sealed class TestObjectStore : IDisposable
{
    private TestObjectStore(string url, string? folder) => (Url, Folder) = (url, folder);

    /// <summary>As the setting <c>Storage:Url</c> takes it.</summary>
    public string Url { get; }

    /// <summary>Where the files are; null on S3.</summary>
    public string? Folder { get; }

    /// <summary>This run's stores are on an S3 server.</summary>
    public static bool IsS3 => S3 is { Length: > 0 };

    private static string? S3 => Environment.GetEnvironmentVariable("HEDGEROW_TEST_STORAGE");

    public static TestObjectStore Create()
    {
        var name = $"hedgerow-objects-{Guid.NewGuid():N}";
        if (S3 is { Length: > 0 } s3) return new TestObjectStore($"{s3}/{name}", null);
        var folder = Path.Combine(Path.GetTempPath(), name);
        return new TestObjectStore(new Uri(folder).AbsoluteUri, folder);
    }

    public void Dispose()
    {
        if (Folder is not null && Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
