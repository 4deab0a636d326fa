using System.Diagnostics;

namespace Hedgerow.Bench;

/// <summary>A clone of HEAD in a temporary folder, with package caches of its own, as on a machine that never saw Hedgerow.</summary>
internal sealed class Clone : IDisposable
{
    private Clone(string folder) => Folder = folder;

    public string Folder { get; }
    public string Command => Path.Combine(Folder, "checkout", "hedgerow");

    public static Clone Make()
    {
        var clone = new Clone(Directory.CreateTempSubdirectory("hedgerow-bench-").FullName);
        using var git = Process.Start("git", ["clone", "--quiet", "--no-hardlinks", Root(), Path.Combine(clone.Folder, "checkout")]);
        git.WaitForExit();
        return git.ExitCode == 0 ? clone : throw new InvalidOperationException("git clone failed");
    }

    /// <summary>Starts <c>hedgerow</c> in the clone; only its standard output is ours, the rest goes to the terminal.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Command, arguments) { RedirectStandardOutput = true };
        start.Environment["NUGET_PACKAGES"] = Path.Combine(Folder, "nuget");
        start.Environment["npm_config_cache"] = Path.Combine(Folder, "npm");
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>The checkout that this benchmark was built from.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "hedgerow"))) folder = folder.Parent;
        return folder.FullName;
    }
}
