using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Cli.Embedded;

/// <summary>
/// Where an embedded server lives: its programs, <c>data/</c>, <c>log/</c> and sockets. That is <c>postgres/</c> in the state folder, unless the
/// server's account cannot look there (a clone under /root); then it is a folder under <c>/var/lib/hedgerow</c>, which the file
/// <c>postgres.location</c> in the state folder names.
/// </summary>
/// <param name="Folder">Full path.</param>
/// <param name="Account">The account that the server runs as; null: the caller's.</param>
public sealed record ServerHome(string Folder, string? Account)
{
    private const string Elsewhere = "/var/lib/hedgerow";

    /// <summary>
    /// The longest path of a unix socket: <c>sun_path</c> holds 108 bytes on Linux and 104 on macOS, the last one a NUL.
    /// </summary>
    private const int LongestSocketPath = 103;

    public string Data => Path.Combine(Folder, "data");
    public string Log => Path.Combine(Folder, "log");

    /// <summary>The file that remembers the port, so that a database URL stays good over restarts.</summary>
    public string PortFile => Path.Combine(Folder, "port");

    /// <summary>The folder of the unix socket: <c>run/</c>, or one with a short name under /tmp where the path would be too long for a socket.</summary>
    public string Sockets
    {
        get
        {
            var near = Path.Combine(Folder, "run");
            return Encoding.UTF8.GetByteCount(near) + "/.s.PGSQL.65535.lock".Length <= LongestSocketPath ? near : $"/tmp/hedgerow-{Id(Folder)}";
        }
    }

    /// <summary>Finds or makes the home that belongs to <paramref name="state"/> (an existing folder).</summary>
    public static async Task<ServerHome> ForAsync(string state, IProgress<string> progress, CancellationToken cancellation)
    {
        state = Path.GetFullPath(state);
        var account = await ServerAccount.EnsureAsync(progress, cancellation);
        var home = new ServerHome(await FolderAsync(state, account, progress, cancellation), account);
        foreach (var folder in (string[])[home.Folder, home.Log, home.Sockets])
            await home.OwnAsync(folder, cancellation);
        return home;
    }

    private static async Task<string> FolderAsync(string state, string? account, IProgress<string> progress, CancellationToken cancellation)
    {
        var pointer = Path.Combine(state, "postgres.location");
        if (File.Exists(pointer)) return (await File.ReadAllTextAsync(pointer, cancellation)).Trim();

        var near = Path.Combine(state, "postgres");
        if (Directory.Exists(near) || account is null || await ServerAccount.MayEnterAsync(account, state, cancellation)) return near;

        var far = Path.Combine(Elsewhere, Id(state));
        progress.Report($"PostgreSQL runs as {account}, who cannot enter {state}: its programs and data lie in {far}");
        Directory.CreateDirectory(Elsewhere);
        await File.WriteAllTextAsync(pointer, far + "\n", cancellation);
        return far;
    }

    /// <summary>Makes <paramref name="folder"/>, owned by the account. Only the account (and root) may enter.</summary>
    private async Task OwnAsync(string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(folder)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Account is not null) await ServerAccount.GiveAsync(Account, folder, cancellation);
    }

    private static string Id(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
}
