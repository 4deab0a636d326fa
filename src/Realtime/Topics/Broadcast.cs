namespace Hedgerow.Realtime.Topics;

/// <summary>A topic's name, without Supabase's prefix <c>realtime:</c>. A private topic and a public one of the same name are two.</summary>
public readonly record struct TopicName(string Name, bool Private);

/// <summary>A message to everybody in a topic.</summary>
/// <param name="Payload">JSON in UTF-8, or bytes where <paramref name="Binary"/> is set.</param>
/// <param name="Id">Of the row in <c>realtime.messages</c>; null where it was not sent from SQL.</param>
/// <param name="Replayed">It was sent before its receiver joined.</param>
public sealed record Broadcast(TopicName Topic, string Event, bool Binary, ReadOnlyMemory<byte> Payload, Guid? Id = null, bool Replayed = false)
{
    private object? _encoded;

    /// <summary>What a protocol made of the message, made once for all its receivers.</summary>
    public T Encoded<T>(Func<Broadcast, T> encode) where T : class => _encoded as T ?? (T)(_encoded = encode(this));

    /// <summary>For the way between gateways.</summary>
    internal void WriteTo(BinaryWriter writer)
    {
        writer.Write(Topic.Name);
        writer.Write(Topic.Private);
        writer.Write(Event);
        writer.Write(Binary);
        writer.Write(Payload.Length);
        writer.Write(Payload.Span);
    }

    internal static Broadcast ReadFrom(BinaryReader reader)
    {
        var topic = new TopicName(reader.ReadString(), reader.ReadBoolean());
        return new Broadcast(topic, reader.ReadString(), reader.ReadBoolean(), reader.ReadBytes(reader.ReadInt32()));
    }
}
