namespace Hedgerow.Cli.Embedded;

/// <summary>The programs <c>initdb</c> and <c>postgres</c>, ready to run.</summary>
/// <param name="Folder">Holds <c>bin/</c>, <c>lib/</c>, <c>share/</c>.</param>
public sealed record PostgresPrograms(string Folder)
{
    public string Initdb => Program("initdb");
    public string Postgres => Program("postgres");

    /// <summary>The path of one of the programs.</summary>
    public string Program(string name) => Path.Combine(Folder, "bin", OperatingSystem.IsWindows() ? name + ".exe" : name);

    /// <summary>
    /// The programs under <paramref name="home"/>, installed from npm when they are not there yet (about 24 MB, some seconds).
    /// The folder appears only when it is complete, so an interrupted installation leaves nothing that would be taken for one.
    /// </summary>
    /// <exception cref="CommandFailure">npm is missing, or could not install.</exception>
    public static async Task<PostgresPrograms> InstallAsync(
        string home, string root, IProgress<string> progress, CancellationToken cancellation)
    {
        var package = PostgresPackage.ForThisPlatform(root);
        var folder = Path.Combine(home, $"postgresql-{package.Version}");
        var programs = new PostgresPrograms(Path.Combine(folder, "node_modules", package.Name, "native"));
        if (Directory.Exists(folder)) return programs;

        progress.Report($"Installing PostgreSQL {package.ServerVersion} (24 MB) into {home}");
        Directory.CreateDirectory(home);
        var unfinished = Path.Combine(home, $"unfinished-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(unfinished);
        try
        {
            await FetchAsync(unfinished, package, root, cancellation);
            Directory.Move(unfinished, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another hedgerow was faster: what it installed is the same.
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
        return programs;
    }

    private static async Task FetchAsync(string folder, PostgresPackage package, string root, CancellationToken cancellation)
    {
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Path.Combine(root, file), Path.Combine(folder, file));

        // `npm ci` takes exactly what the lock names and checks its hash. Install scripts stay off, as in an npm that blocks them.
        var npm = await Subprocess.RunAsync(
            "npm", ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], cancellation, folder);
        if (npm is null)
            throw new CommandFailure(
                "PostgreSQL is to be installed with npm, and there is no npm in PATH.",
                "Install Node.js 20 or newer (https://nodejs.org), or give a server of your own with --db URL.");
        var installed = Path.Combine(folder, "node_modules", package.Name);
        if (npm.ExitCode != 0 || !Directory.Exists(installed))
            throw new CommandFailure(
                $"npm could not install {package.Name}@{package.Version}:\n{npm.LastWords()}",
                "Check the network and npm's registry, or give a server of your own with --db URL.");

        // What the package's own install script does: npm packages hold no symbolic links, and the server's libraries need theirs.
        var links = await Subprocess.RunAsync("node", [Path.Combine("scripts", "hydrate-symlinks.js")], cancellation, installed);
        if (links is not { ExitCode: 0 })
            throw new CommandFailure(
                $"PostgreSQL's libraries could not be linked: {links?.LastWords() ?? "there is no node in PATH"}.",
                "Install Node.js 20 or newer (https://nodejs.org).");

        // The caller's umask may keep others out; the server runs as another account when the caller is root.
        if (!OperatingSystem.IsWindows())
            await Subprocess.RunAsync("chmod", ["-R", "go+rX", folder], cancellation);
    }
}
