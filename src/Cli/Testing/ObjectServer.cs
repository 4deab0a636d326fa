using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Cli.Testing;

/// <summary>
/// A real S3 server (Ceph's gateway) for as long as the suites that want one run: <c>../shared/s3/up</c> installs and starts it on ports of its own, with
/// its objects in memory.
/// </summary>
internal sealed class ObjectServer : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, string?> _environment;

    private ObjectServer(IReadOnlyDictionary<string, string?> environment, int port) =>
        (_environment, Url) = (environment, $"s3://hedgerow:hedgerow-secret@127.0.0.1:{port}/hedgerow-tests");

    /// <summary>As <c>--storage</c> and the setting <c>Storage:Url</c> take it.</summary>
    public string Url { get; }

    /// <summary>The script stands beside the checkout.</summary>
    public static bool IsThere => File.Exists(Script);

    private static string Script { get; } = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "s3", "up"));

    /// <exception cref="CommandFailure">It does not start.</exception>
    public static async Task<ObjectServer> StartAsync(CancellationToken cancellation)
    {
        var (port, monitor) = FreePorts();
        var environment = new Dictionary<string, string?>
        {
            ["S3_STATE"] = Path.Combine(Path.GetTempPath(), $"hedgerow-s3-{Path.GetRandomFileName()}"),
            ["S3_PORT"] = $"{port}",
            ["S3_MON_PORT"] = $"{monitor}",
            ["S3_STORE"] = "memstore",
            ["S3_SIZE_GB"] = "4",
        };
        var server = new ObjectServer(environment, port);
        var up = await Subprocess.RunAsync(Script, [], cancellation, environment: environment);
        if (up is { ExitCode: 0 }) return server;
        await server.DisposeAsync();
        throw new CommandFailure($"The S3 server does not start: {up?.LastWords() ?? "it cannot be run"}", "");
    }

    public async ValueTask DisposeAsync() => await Subprocess.RunAsync(Script, ["clean"], CancellationToken.None, environment: _environment);

    private static (int, int) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
