using System.Buffers;
using System.Text.Json;

namespace Hedgerow.Auth.Http;

/// <summary>What a handler answers: a status and, unless it is empty, JSON in UTF-8.</summary>
public sealed record Reply(int Status, ReadOnlyMemory<byte> Json)
{
    /// <summary>204 without a body.</summary>
    public static Reply Empty { get; } = new(204, default);

    /// <summary>200 with <c>{}</c>.</summary>
    public static Reply EmptyObject { get; } = new(200, "{}"u8.ToArray());

    /// <summary>Headers beside the body.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>200 with an object whose members <paramref name="write"/> writes.</summary>
    public static Reply Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return new Reply(200, buffer.WrittenMemory);
    }
}
