using System.Net;

namespace Hedgerow.Bench;

/// <summary>Load on an HTTP server: by <see cref="Wrk"/> where it is installed, by our own <see cref="LoadGenerator"/> elsewhere.</summary>
internal static class Load
{
    public static Task<LoadResult> RunAsync(IPEndPoint address, byte[][] requests, int connections, TimeSpan duration, CancellationToken cancellation) => Wrk.Program is { } wrk
        ? Wrk.RunAsync(wrk, address, requests, connections, duration, cancellation)
        : LoadGenerator.RunAsync(address, requests, connections, duration, cancellation);
}
