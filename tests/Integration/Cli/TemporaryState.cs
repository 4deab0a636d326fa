using System.Globalization;
using System.Text.Json;
using Hedgerow.Cli.Embedded;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>A state folder of a test's own, deleted with everything that a server put elsewhere for it.</summary>
internal sealed class TemporaryState : IDisposable
{
    private readonly string _parent;

    /// <param name="hidden">Nobody but the caller may enter the folder above it, as with a clone below /root.</param>
    public TemporaryState(bool hidden = false)
    {
        _parent = hidden
            ? Directory.CreateTempSubdirectory("hedgerow-hidden-").FullName
            : Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"hedgerow {Guid.NewGuid():N}")).FullName;
        Path = System.IO.Path.Combine(_parent, "state");
    }

    public string Path { get; }

    /// <summary>Where the server lies when its account cannot enter the state folder; null where it lies in it.</summary>
    public string? Elsewhere
    {
        get
        {
            var pointer = System.IO.Path.Combine(Path, "postgres.location");
            return File.Exists(pointer) ? File.ReadAllText(pointer).Trim() : null;
        }
    }

    /// <summary>The running server's process id.</summary>
    public int Postmaster => DataDirectory.Postmaster(Data)?.Pid ?? throw new InvalidOperationException("no server runs");

    /// <summary>Whether a server runs on the data folder.</summary>
    public bool HasServer => DataDirectory.Postmaster(Data) is { } postmaster && Signals.Runs(postmaster.Pid, "postgres");

    /// <summary>The variables of <c>status -o json</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatusAsync()
    {
        var (exitCode, said) = await HedgerowProcess.RunAsync("status", "--state", Path, "-o", "json");
        Assert.True(exitCode == 0, said);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(said)!;
    }

    /// <summary>The port that the next server takes while it is free.</summary>
    public Task PreferPortAsync(int port) => File.WriteAllTextAsync(System.IO.Path.Combine(Server, "port"), port.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        if (Elsewhere is { } elsewhere && Directory.Exists(elsewhere)) Directory.Delete(elsewhere, recursive: true);
        Directory.Delete(_parent, recursive: true);
    }

    private string Server => Elsewhere ?? System.IO.Path.Combine(Path, "postgres");

    private string Data => System.IO.Path.Combine(Server, "data");
}
