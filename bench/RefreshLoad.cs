using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hedgerow.Bench;

/// <summary>Sessions that refresh as fast as they are answered, each with the token that its last answer brought.</summary>
/// <param name="tokens">The sessions' refresh tokens, all of one length; at the end those in force.</param>
internal sealed class RefreshLoad(IPEndPoint address, string anonKey, string[] tokens)
{
    public async Task<LoadResult> RunAsync(TimeSpan duration, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var ends = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var workers = await Task.WhenAll(Enumerable.Range(0, tokens.Length).Select(i => SessionAsync(i, ends, cancellation)));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var ticks = workers.SelectMany(worker => worker).ToArray();
        Array.Sort(ticks);
        double At(double share) => ticks[(int)Math.Min(ticks.Length - 1, ticks.Length * share)] * 1000.0 / Stopwatch.Frequency;
        return new(ticks.Length, ticks.Length / elapsed, At(0.5), At(0.99), 0);
    }

    /// <exception cref="InvalidOperationException">A refresh was refused.</exception>
    private async Task<List<long>> SessionAsync(int session, long ends, CancellationToken cancellation)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, cancellation);
        var body = $$"""{"refresh_token":"{{tokens[session]}}"}""";
        var request = Encoding.ASCII.GetBytes(
            $"POST /auth/v1/token?grant_type=refresh_token HTTP/1.1\r\nHost: localhost\r\napikey: {anonKey}\r\nX-Forwarded-For: 203.0.113.{session}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        var tokenAt = request.Length - tokens[session].Length - 2;
        var ticks = new List<long>(16 * 1024);
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            if (sent >= ends) break;
            await socket.SendAsync(request, cancellation);
            var have = 0;
            while (!IsWhole(buffer.AsSpan(0, have)))
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(have), cancellation);
                if (read == 0) throw new IOException("The server closed the connection.");
                have += read;
            }
            ticks.Add(Stopwatch.GetTimestamp() - sent);
            Next(buffer.AsSpan(0, have)).CopyTo(request.AsSpan(tokenAt));
        }
        tokens[session] = Encoding.ASCII.GetString(request, tokenAt, tokens[session].Length);
        return ticks;
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        var digits = answer[(answer.IndexOf("\r\nContent-Length: "u8) + 18)..];
        return System.Buffers.Text.Utf8Parser.TryParse(digits, out long length, out _) && answer.Length >= head + 4 + length;
    }

    private ReadOnlySpan<byte> Next(ReadOnlySpan<byte> answer)
    {
        var at = answer.IndexOf("\"refresh_token\":\""u8);
        return at > 0 ? answer.Slice(at + 17, tokens[0].Length) : throw new InvalidOperationException($"A refresh was refused: {Encoding.UTF8.GetString(answer)}");
    }
}
