using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hedgerow.Realtime.SignalR;

/// <summary>JSON that is written already, passed on as it is.</summary>
[JsonConverter(typeof(Converter))]
public sealed record RawJson(ReadOnlyMemory<byte> Utf8)
{
    private sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("It is only ever sent.");

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
