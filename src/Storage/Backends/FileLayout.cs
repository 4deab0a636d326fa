using System.Globalization;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// Where a <see cref="FileBackend"/> keeps what: <c>objects/ab/cd/&lt;version&gt;</c>, <c>unfinished/</c> for what is being written,
/// <c>parts/&lt;version&gt;.&lt;upload&gt;/&lt;number&gt;.&lt;receipt&gt;</c>. All of it on one file system, so that renaming is atomic.
/// </summary>
internal sealed class FileLayout(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    private string Objects => Path.Combine(Root, "objects");
    private string UnfinishedFolder => Path.Combine(Root, "unfinished");
    private string Parts => Path.Combine(Root, "parts");

    /// <summary>Makes the folders, readable by their owner alone.</summary>
    public void Create()
    {
        foreach (var folder in new[] { Root, Objects, UnfinishedFolder, Parts })
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Two levels of 256 folders: a million versions are 16 files a folder.
    public string PathOf(VersionKey version) => Path.Combine(FolderOf(version), version.Text);

    /// <summary>A file that no other writer uses.</summary>
    public string Unfinished() => Path.Combine(UnfinishedFolder, Guid.NewGuid().ToString("N"));

    public string PartsOf(VersionKey version, string upload) => Path.Combine(Parts, $"{version.Text}.{UploadName(upload)}");

    public string PartOf(VersionKey version, string upload, int number, string receipt) =>
        Path.Combine(PartsOf(version, upload), string.Create(CultureInfo.InvariantCulture, $"{number:00000}.{UploadName(receipt)}"));

    /// <summary>Gives a finished part its place; the one before it with that number goes.</summary>
    /// <returns>Its receipt: of two writers of one part each knows its own, and bytes of the other are never taken for it.</returns>
    public string PublishPart(string unfinished, VersionKey version, string upload, int number)
    {
        var receipt = Guid.NewGuid().ToString("N");
        var (folder, part) = (PartsOf(version, upload), PartOf(version, upload, number, receipt));
        File.Move(unfinished, part);
        foreach (var earlier in Directory.EnumerateFiles(folder, string.Create(CultureInfo.InvariantCulture, $"{number:00000}.*")))
            if (earlier != part) File.Delete(earlier);
        DirectorySync.Flush(folder);
        return receipt;
    }

    /// <summary>The parts have become a whole, and are gone.</summary>
    public bool IsJoined(VersionKey version, string upload) => !Directory.Exists(PartsOf(version, upload)) && File.Exists(PathOf(version));

    /// <summary>All parts of an upload are there, or none: first they go together, under the name of an upload that nobody has, then one by one.</summary>
    public void RemoveParts(VersionKey version, string upload)
    {
        var removed = PartsOf(version, Guid.NewGuid().ToString("N"));
        try
        {
            Directory.Move(PartsOf(version, upload), removed);
        }
        catch (DirectoryNotFoundException)
        {
            return; // gone already
        }
        Directory.Delete(removed, recursive: true);
    }

    /// <summary>Gives a finished file its place.</summary>
    public void Publish(string unfinished, VersionKey version)
    {
        var folder = FolderOf(version);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DirectorySync.Flush(Path.GetDirectoryName(folder)!);
            DirectorySync.Flush(Objects);
        }
        File.Move(unfinished, Path.Combine(folder, version.Text), overwrite: true);
        DirectorySync.Flush(folder);
    }

    public IEnumerable<FileInfo> Files()
    {
        var folder = new DirectoryInfo(Objects);
        return folder.Exists ? folder.EnumerateFiles("*", SearchOption.AllDirectories) : [];
    }

    public int Sweep(DateTimeOffset before, IReadOnlySet<string> keptUploads)
    {
        var swept = 0;
        foreach (var file in new DirectoryInfo(UnfinishedFolder).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc >= before) continue;
            file.Delete();
            swept++;
        }
        foreach (var upload in new DirectoryInfo(Parts).EnumerateDirectories())
        {
            // A folder's time changes with each part that arrives.
            if (upload.LastWriteTimeUtc >= before || keptUploads.Contains(upload.Name[(upload.Name.IndexOf('.', StringComparison.Ordinal) + 1)..])) continue;
            upload.Delete(recursive: true);
            swept++;
        }
        return swept;
    }

    private string FolderOf(VersionKey version) => Path.Combine(Objects, version.Text[..2], version.Text[2..4]);

    /// <summary>Uploads and receipts are named by this backend; whatever else comes back must not become a path.</summary>
    private static string UploadName(string upload) =>
        Guid.TryParseExact(upload, "N", out _) ? upload : throw new ArgumentException("Not an upload of this store", nameof(upload));
}
