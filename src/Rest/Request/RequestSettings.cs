using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Hedgerow.Rest.Request;

/// <summary>Writes headers and cookies as the JSON objects that <c>request.headers</c> and <c>request.cookies</c> hold.</summary>
internal static class RequestSettings
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A buffer a thread: every request writes its headers.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>All headers but <c>Cookie</c>, names in lower case, lines of the same name joined by commas.</summary>
    public static string Headers(IHeaderDictionary headers) => Write(headers, static (writer, headers) =>
    {
        foreach (var (name, values) in headers)
        {
            if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) continue;
            writer.WriteString(name.ToLowerInvariant(), values.Count == 1 ? values[0] : string.Join(", ", values.ToArray()));
        }
    });

    /// <summary>Cookies as they came, undecoded; of two of the same name the last.</summary>
    public static string Cookies(StringValues header) => header.Count == 0 ? "{}" : Write(header, static (writer, header) =>
    {
        var cookies = new Dictionary<string, string>();
        foreach (var line in header)
        {
            foreach (var part in (line ?? "").Split(';'))
            {
                var equals = part.IndexOf('=', StringComparison.Ordinal);
                var name = (equals < 0 ? part : part[..equals]).Trim();
                if (name.Length > 0) cookies[name] = equals < 0 ? "" : part[(equals + 1)..].Trim();
            }
        }
        foreach (var (name, value) in cookies) writer.WriteString(name, value);
    });

    private static string Write<T>(T source, Action<Utf8JsonWriter, T> write)
    {
        var buffer = _buffer ??= new(1024);
        buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer, source);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
