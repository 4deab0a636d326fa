using System.Buffers;
using System.Text.Json;
using Hedgerow.Realtime.Rows;

namespace Hedgerow.Realtime.Presence;

/// <summary>One presence of a key: somebody may be there with several tabs.</summary>
/// <param name="Ref">Names it in diffs; changes with its payload.</param>
/// <param name="Payload">A JSON object, UTF-8.</param>
public sealed record PresenceMeta(string Key, string Ref, ReadOnlyMemory<byte> Payload);

/// <summary>Who came to a topic and who went. A payload that changes is a leave of the old and a join of the new.</summary>
public sealed record PresenceDiff(IReadOnlyList<PresenceMeta> Joins, IReadOnlyList<PresenceMeta> Leaves)
{
    private byte[]? _json;

    /// <summary><c>{"joins": {key: {"metas": [{phx_ref, …}]}}, "leaves": {…}}</c> (Phoenix.Presence), UTF-8.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        if (_json is not null) return _json;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer))
        {
            json.WriteStartObject();
            json.WritePropertyName("joins"u8);
            PresenceJson.Write(json, Joins);
            json.WritePropertyName("leaves"u8);
            PresenceJson.Write(json, Leaves);
            json.WriteEndObject();
        }
        return _json = buffer.WrittenSpan.ToArray();
    }
}

/// <summary>Presences grouped by their keys, as Phoenix writes them.</summary>
public static class PresenceJson
{
    /// <summary><c>{key: {"metas": [{"phx_ref": …, …payload}]}}</c></summary>
    public static byte[] StateOf(IEnumerable<PresenceMeta> metas)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer)) Write(json, metas);
        return buffer.WrittenSpan.ToArray();
    }

    internal static void Write(Utf8JsonWriter json, IEnumerable<PresenceMeta> metas)
    {
        json.WriteStartObject();
        foreach (var key in metas.GroupBy(meta => meta.Key))
        {
            json.WriteStartObject(key.Key);
            json.WriteStartArray("metas"u8);
            foreach (var meta in key)
            {
                json.WriteStartObject();
                using (var payload = JsonDocument.Parse(meta.Payload))
                    foreach (var property in payload.RootElement.EnumerateObject())
                        if (!property.NameEquals("phx_ref"u8)) property.WriteTo(json);
                json.WriteString("phx_ref"u8, meta.Ref);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
