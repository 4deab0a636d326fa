using System.Net.Sockets;
using System.Text;

namespace Hedgerow.Tests.Conformance;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, ILookup<string, string> Headers, byte[] Body);

/// <summary>HTTP with nothing made right on the way: paths and headers are sent as the case writes them.</summary>
internal static class RawHttp
{
    public static async Task<RawAnswer> SendAsync(Uri server, CaseRequest request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Bytes(server, request));
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        return Parse(answer.ToArray());
    }

    private static byte[] Bytes(Uri server, CaseRequest request)
    {
        var body = Encoding.UTF8.GetBytes(request.Body);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Host"] = server.Authority };
        foreach (var pair in request.Headers)
            headers[pair[0]] = headers.TryGetValue(pair[0], out var before) && pair[0] != "Host" ? $"{before}, {pair[1]}" : pair[1];
        if (request.IsJson) headers.TryAdd("Content-Type", "application/json");
        if (body.Length > 0 || request.Method is "POST" or "PUT" or "PATCH") headers["Content-Length"] = $"{body.Length}";
        headers["Connection"] = "close";
        var head = new StringBuilder($"{request.Method} {request.Path} HTTP/1.1\r\n");
        foreach (var (name, value) in headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    private static RawAnswer Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, "no answer");
        var lines = Encoding.Latin1.GetString(answer, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToLookup(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        return new(int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), headers, answer[(end + 4)..]);
    }
}
