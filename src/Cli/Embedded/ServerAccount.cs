namespace Hedgerow.Cli.Embedded;

/// <summary>The unprivileged system account that PostgreSQL runs as when the caller is root, whom it refuses.</summary>
public static class ServerAccount
{
    private const string Preferred = "hedgerow";

    /// <summary>Who takes over where the account cannot be made: accounts that own nothing of value and are there on most systems.</summary>
    private static readonly string[] Fallbacks = ["postgres", "daemon", "nobody"];

    /// <summary>The account's name; null when the caller is not root and the server simply runs as the caller.</summary>
    /// <exception cref="CommandFailure">There is none and none can be made.</exception>
    public static async Task<string?> EnsureAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return null;
        if (await ExistsAsync(Preferred, cancellation)) return Preferred;

        progress.Report($"Making the system account {Preferred}, since PostgreSQL does not run as root");
        // useradd is in every Linux but Alpine, whose adduser has other options.
        await Subprocess.RunAsync(
            "useradd", ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", Preferred], cancellation);
        if (await ExistsAsync(Preferred, cancellation)) return Preferred;
        await Subprocess.RunAsync("adduser", ["-S", "-D", "-H", "-s", "/sbin/nologin", Preferred], cancellation);
        if (await ExistsAsync(Preferred, cancellation)) return Preferred;

        foreach (var name in Fallbacks)
            if (await ExistsAsync(name, cancellation))
                return name;
        throw new CommandFailure(
            $"PostgreSQL does not run as root, and the system account {Preferred} could not be made.",
            $"Make it (useradd --system {Preferred}), or run hedgerow as another user.");
    }

    /// <summary>Whether <paramref name="account"/> may enter <paramref name="folder"/>, every folder above it included.</summary>
    public static async Task<bool> MayEnterAsync(string account, string folder, CancellationToken cancellation) =>
        await Subprocess.RunAsync("/bin/sh", ["-c", "cd -- \"$1\"", "sh", folder], cancellation, account: account) is { ExitCode: 0 };

    /// <summary>Gives <paramref name="path"/>, and what is in it, to <paramref name="account"/> and its group.</summary>
    public static async Task GiveAsync(string account, string path, CancellationToken cancellation)
    {
        var ended = await Subprocess.RunAsync("chown", ["-R", $"{account}:", path], cancellation);
        if (ended is not { ExitCode: 0 })
            throw new CommandFailure($"{path} could not be given to the account {account}: {ended?.LastWords()}", "Choose another folder with --state.");
    }

    private static async Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        await Subprocess.RunAsync("id", ["-u", name], cancellation) is { ExitCode: 0 };
}
