using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Bench;

/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Failures">Answers other than 2xx.</param>
internal sealed record LoadResult(long Requests, double PerSecond, double P50, double P99, long Failures);

/// <summary>
/// Keep-alive connections that send prepared bytes and wait for the whole answer. It parses no more than status and length, so that it
/// takes little of the machine that it measures.
/// </summary>
internal static class LoadGenerator
{
    public static async Task<LoadResult> RunAsync(IPEndPoint address, byte[][] requests, int connections, TimeSpan duration, CancellationToken cancellation)
    {
        var ends = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        var workers = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => ConnectionAsync(address, requests, i * 7919, ends, cancellation)));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var ticks = workers.SelectMany(w => w.Ticks).ToArray();
        Array.Sort(ticks);
        double At(double share) => ticks[(int)Math.Min(ticks.Length - 1, ticks.Length * share)] * 1000.0 / Stopwatch.Frequency;
        return new(ticks.Length, ticks.Length / elapsed, At(0.5), At(0.99), workers.Sum(w => w.Failures));
    }

    private static async Task<(List<long> Ticks, long Failures)> ConnectionAsync(
        IPEndPoint address, byte[][] requests, int first, long ends, CancellationToken cancellation)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, cancellation);
        var ticks = new List<long>(32 * 1024);
        var failures = 0L;
        var buffer = new byte[64 * 1024];
        for (var next = first; ; next++)
        {
            var sent = Stopwatch.GetTimestamp();
            if (sent >= ends) return (ticks, failures);
            await socket.SendAsync(requests[next % requests.Length], cancellation);
            var have = 0;
            int head;
            while ((head = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(have), cancellation);
                if (read == 0) throw new IOException("The server closed the connection.");
                have += read;
            }
            var remaining = Length(buffer.AsSpan(0, head)) - (have - head - 4);
            if (buffer[9] != (byte)'2') failures++;
            while (remaining > 0)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
                if (read == 0) throw new IOException("The server closed the connection.");
                remaining -= read;
            }
            ticks.Add(Stopwatch.GetTimestamp() - sent);
        }
    }

    private static long Length(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at < 0) return 0;
        var digits = head[(at + 18)..];
        return System.Buffers.Text.Utf8Parser.TryParse(digits, out long length, out _) ? length : 0;
    }
}
