using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hedgerow.Realtime.SignalR;

/// <summary>
/// A topic as clients name it: <c>"room"</c>, or <c>{topic: "room", private: true, presence: false, key: "ada"}</c> (SignalR knows no optional arguments, so
/// what is seldom wanted stands here).
/// </summary>
/// <param name="Private">What may be heard and sent is decided by the policies on <c>realtime.messages</c>.</param>
/// <param name="Presence">Of a join: hear of who is there, beginning with the state at the join.</param>
/// <param name="Key">Of a join: under which one's own presence is listed; null: one is made up.</param>
[JsonConverter(typeof(Converter))]
public sealed record TopicRequest(string Topic, bool Private = false, bool Presence = true, string? Key = null)
{
    private sealed class Converter : JsonConverter<TopicRequest>
    {
        public override TopicRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var json = document.RootElement;
            return json.ValueKind switch
            {
                JsonValueKind.String => new TopicRequest(json.GetString()!),
                JsonValueKind.Object => new TopicRequest(
                    Text(json, "topic") ?? throw new JsonException("A topic's object needs a member topic."),
                    Flag(json, "private", false), Flag(json, "presence", true), Text(json, "key")),
                _ => throw new JsonException("A topic is a string or an object."),
            };
        }

        public override void Write(Utf8JsonWriter writer, TopicRequest value, JsonSerializerOptions options) =>
            throw new NotSupportedException("It is only ever received.");

        private static string? Text(JsonElement json, string name) =>
            json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

        private static bool Flag(JsonElement json, string name, bool otherwise) => json.TryGetProperty(name, out var member)
            ? member.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => otherwise }
            : otherwise;
    }
}
