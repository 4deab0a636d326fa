using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>
/// Reads frames of both protocol versions (Supabase, Realtime Protocol): objects in 1.0.0; arrays, and binary frames for broadcasts, in 2.0.0.
/// </summary>
public static class PhoenixWire
{
    private const byte UserBroadcastPush = 3;
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 64 };

    /// <summary>Null: not a message.</summary>
    public static PhoenixMessage? ReadText(ReadOnlyMemory<byte> frame)
    {
        JsonElement message;
        try
        {
            using var document = UnicodeJson.Parse(frame, s_strict);
            message = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
        // Which of the two a client speaks shows in the frame itself.
        return message.ValueKind switch
        {
            JsonValueKind.Array when message.GetArrayLength() >= 5 => Of(message[0], message[1], message[2], message[3], message[4]),
            JsonValueKind.Object when message.TryGetProperty("topic", out var topic) && message.TryGetProperty("event", out var name) => Of(
                message.TryGetProperty("join_ref", out var join) ? join : default, message.TryGetProperty("ref", out var reference) ? reference : default,
                topic, name, message.TryGetProperty("payload", out var payload) ? payload : default),
            _ => null,
        };
    }

    /// <summary>Null: not a broadcast frame.</summary>
    public static PhoenixMessage? ReadBinary(ReadOnlyMemory<byte> frame)
    {
        var head = frame.Span;
        if (head.Length < 7 || head[0] != UserBroadcastPush) return null;
        var sizes = (Join: head[1], Ref: head[2], Topic: head[3], Event: head[4], Metadata: head[5]);
        var json = head[6] == 1;
        var at = 7;
        if (head.Length < at + sizes.Join + sizes.Ref + sizes.Topic + sizes.Event + sizes.Metadata) return null;
        var join = Take(sizes.Join);
        var reference = Take(sizes.Ref);
        var topic = Take(sizes.Topic);
        var name = Take(sizes.Event);
        Take(sizes.Metadata);
        var payload = frame[at..];
        if (json && !IsJson(payload)) return null;
        return new PhoenixMessage(join.Length > 0 ? join : null, reference.Length > 0 ? reference : null, topic, "broadcast", default, new UserBroadcast(name, json, payload.ToArray()));

        string Take(int size)
        {
            var text = Encoding.UTF8.GetString(frame.Span.Slice(at, size));
            at += size;
            return text;
        }
    }

    private static PhoenixMessage? Of(JsonElement join, JsonElement reference, JsonElement topic, JsonElement name, JsonElement payload) =>
        topic.ValueKind == JsonValueKind.String && name.ValueKind == JsonValueKind.String && payload.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null
            ? new PhoenixMessage(Text(join), Text(reference), topic.GetString()!, name.GetString()!, payload)
            : null;

    /// <summary>Refs are strings, or numbers with some clients.</summary>
    private static string? Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText(),
        _ => null,
    };

    private static bool IsJson(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload.Span, new JsonReaderOptions { MaxDepth = 64 });
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
