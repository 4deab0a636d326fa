namespace Hedgerow.Cli.State;

/// <summary>
/// The folder that holds what one installation must remember: secrets, the embedded server, who runs. Everything in it that is secret is readable by its
/// owner alone; the folder itself can be passed through by the account that an embedded server runs as.
/// </summary>
/// <param name="Path">Full path; it may not exist yet.</param>
public sealed record StateFolder(string Path)
{
    public string Secrets => File("secrets.json");
    public string Lock => File("lock");
    public string Running => File("running.json");

    /// <summary>Where stored objects are kept unless the settings name another place.</summary>
    public string ObjectsUrl => new Uri(File("storage")).AbsoluteUri;

    /// <summary>The folder that <c>--state</c> names (relative to the working directory), or <c>.hedgerow</c> in the checkout.</summary>
    public static StateFolder From(string? option) =>
        new(System.IO.Path.GetFullPath(string.IsNullOrEmpty(option) ? System.IO.Path.Combine(Checkout.Root, ".hedgerow") : option));

    /// <summary>Makes the folder when it is not there.</summary>
    /// <exception cref="CommandFailure">It cannot be made or written.</exception>
    public void Create()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
            else Directory.CreateDirectory(Path, Environment.IsPrivilegedProcess ? PassThrough : OwnerOnly);
            if (!System.IO.File.Exists(Lock)) System.IO.File.WriteAllBytes(Lock, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The state folder {Path} cannot be written ({e.Message.TrimEnd('.')}).", "Choose another with --state.");
        }
    }

    /// <summary>Writes a file that only its owner may read; it is replaced as a whole, so no reader sees half of it.</summary>
    public static void WriteSecret(string file, ReadOnlySpan<byte> contents)
    {
        var unfinished = $"{file}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(unfinished, options))
        {
            stream.Write(contents);
            stream.Flush(flushToDisk: true);
        }
        System.IO.File.Move(unfinished, file, overwrite: true);
    }

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PassThrough = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
