using System.Buffers;
using System.Text.Json;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Rows;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>What answers a join: the bindings as they were asked for, each with the id that its changes will bear.</summary>
internal static class JoinReply
{
    /// <summary>The same binding has the same id, also after a reconnect (FNV-1a, 27 bits as Erlang's phash2).</summary>
    public static long[] IdsOf(JoinPayload join) => [.. join.Changes.Select(change =>
    {
        var hash = 2166136261u;
        foreach (var c in change.Json.GetRawText()) hash = (hash ^ c) * 16777619;
        return (long)(hash & 0x7FFFFFF);
    })];

    public static byte[] Of(JoinPayload join, long[] ids, ChangeSubscription? subscription)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer))
        {
            json.WriteStartObject();
            json.WriteStartArray("postgres_changes"u8);
            for (var i = 0; i < join.Changes.Count; i++)
            {
                json.WriteStartObject();
                foreach (var member in join.Changes[i].Json.EnumerateObject())
                    if (!member.NameEquals("id"u8)) member.WriteTo(json);
                json.WriteNumber("id"u8, ids[i]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (subscription is not null) json.WriteString("cursor"u8, subscription.Start.ToString());
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
