using System.Buffers;
using System.Text;
using System.Text.Json;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Topics;

namespace Hedgerow.Realtime.Phoenix;

public enum PhoenixVersion { V1, V2 }

/// <summary>A frame on its way to a client. The parts are sent as one; the middle one is shared with other clients where it can be.</summary>
public readonly record struct PhoenixFrame(ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Tail, bool Binary = false)
{
    public int Length => Head.Length + Body.Length + Tail.Length;

    /// <summary>A text frame around a payload that is JSON already.</summary>
    public static PhoenixFrame Of(PhoenixVersion version, string? joinRef, string? reference, string topic, string name, ReadOnlyMemory<byte> payload)
    {
        var (head, tail) = Envelope(version, joinRef, reference, topic, name);
        return new PhoenixFrame(head, payload, tail);
    }

    /// <summary>The answer to a message.</summary>
    /// <param name="response">JSON.</param>
    public static PhoenixFrame Reply(PhoenixVersion version, string? joinRef, string? reference, string topic, bool ok, ReadOnlySpan<byte> response)
    {
        byte[] payload = [.. ok ? "{\"status\":\"ok\",\"response\":"u8 : "{\"status\":\"error\",\"response\":"u8, .. response, (byte)'}'];
        return Of(version, joinRef, reference, topic, "phx_reply", payload);
    }

    /// <summary>A row change: <c>{"ids": […], "data": …}</c>, the data shared with all who see the same.</summary>
    public static PhoenixFrame Change(PhoenixVersion version, string topic, IEnumerable<long> ids, ReadOnlyMemory<byte> data)
    {
        var (head, tail) = Envelope(version, null, null, topic, "postgres_changes");
        byte[] opening = [.. head, .. Encoding.ASCII.GetBytes($"{{\"ids\":[{string.Join(',', ids)}],\"data\":")];
        byte[] closing = [(byte)'}', .. tail];
        return new PhoenixFrame(opening, data, closing);
    }

    /// <summary>A broadcast. One frame serves every member of the topic; null where version 1 cannot say it (bytes).</summary>
    public static PhoenixFrame? Of(PhoenixVersion version, Broadcast message) =>
        version == PhoenixVersion.V2 ? message.Encoded(Shared.V2).Frame : message.Binary ? null : message.Encoded(SharedText.V1).Frame;

    private static (byte[] Head, byte[] Tail) Envelope(PhoenixVersion version, string? joinRef, string? reference, string topic, string name)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer))
        {
            if (version == PhoenixVersion.V2)
            {
                json.WriteStartArray();
                json.WriteStringValue(joinRef);
                json.WriteStringValue(reference);
                json.WriteStringValue(topic);
                json.WriteStringValue(name);
            }
            else
            {
                json.WriteStartObject();
                json.WriteString("ref"u8, reference);
                if (joinRef is not null) json.WriteString("join_ref"u8, joinRef);
                json.WriteString("topic"u8, topic);
                json.WriteString("event"u8, name);
            }
        }
        return version == PhoenixVersion.V2
            ? ([.. buffer.WrittenSpan, (byte)','], "]"u8.ToArray())
            : ([.. buffer.WrittenSpan, .. ",\"payload\":"u8], "}"u8.ToArray());
    }

    /// <summary>The broadcast's payload as a text frame has it.</summary>
    private static byte[] TextPayload(Broadcast message)
    {
        var buffer = new ArrayBufferWriter<byte>(128 + message.Payload.Length);
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer))
        {
            json.WriteStartObject();
            json.WriteString("event"u8, message.Event);
            if (message.Id is not null || message.Replayed)
            {
                json.WritePropertyName("meta"u8);
                json.WriteRawValue(Meta(message), skipInputValidation: true);
            }
            json.WritePropertyName("payload"u8);
            json.WriteRawValue(message.Payload.Span, skipInputValidation: true);
            json.WriteString("type"u8, "broadcast"u8);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static string Meta(Broadcast message) => JsonSerializer.Serialize(message.Replayed
        ? new Dictionary<string, object?> { ["replayed"] = true, ["id"] = message.Id }
        : new Dictionary<string, object?> { ["id"] = message.Id });

    private sealed record Shared(PhoenixFrame Frame)
    {
        private const byte UserBroadcast = 4;

        public static Shared V2(Broadcast message)
        {
            var topic = Encoding.UTF8.GetBytes(PhoenixTopic.Of(message.Topic));
            var name = Encoding.UTF8.GetBytes(message.Event);
            var meta = message.Id is null && !message.Replayed ? [] : Encoding.UTF8.GetBytes(Meta(message));
            // Lengths are bytes: what is longer goes as text, and bytes with so long an event cannot go at all.
            if (topic.Length > 255 || name.Length > 255)
                return new Shared(Of(PhoenixVersion.V2, null, null, PhoenixTopic.Of(message.Topic), "broadcast", message.Binary ? "{}"u8.ToArray() : TextPayload(message)));
            byte[] head = [UserBroadcast, (byte)topic.Length, (byte)name.Length, (byte)meta.Length, (byte)(message.Binary ? 0 : 1), .. topic, .. name, .. meta];
            return new Shared(new PhoenixFrame(head, message.Payload, default, Binary: true));
        }
    }

    private sealed record SharedText(PhoenixFrame Frame)
    {
        public static SharedText V1(Broadcast message) =>
            new(Of(PhoenixVersion.V1, null, null, PhoenixTopic.Of(message.Topic), "broadcast", TextPayload(message)));
    }
}

/// <summary>Supabase's clients prefix their topics.</summary>
public static class PhoenixTopic
{
    public const string Prefix = "realtime:";

    public static string Of(TopicName topic) => Prefix + topic.Name;
}
