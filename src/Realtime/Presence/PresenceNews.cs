using Hedgerow.Realtime.Topics;

namespace Hedgerow.Realtime.Presence;

/// <summary>What gateways tell each other about who is present with them.</summary>
internal abstract record PresenceNews
{
    private PresenceNews()
    {
    }

    /// <summary>Somebody came or went, or changed.</summary>
    public sealed record Changed(TopicName Topic, PresenceDiff Diff) : PresenceNews;

    /// <summary>A gateway begins: the others tell it everything.</summary>
    public sealed record Hello : PresenceNews;

    /// <summary>All that are present with the sender; who is not among them is not.</summary>
    public sealed record Everybody(IReadOnlyList<(TopicName Topic, PresenceMeta Meta)> Present) : PresenceNews;

    /// <summary>The sender lives.</summary>
    public sealed record Alive : PresenceNews;

    public void WriteTo(BinaryWriter writer)
    {
        switch (this)
        {
            case Changed changed:
                writer.Write((byte)1);
                Write(writer, changed.Topic);
                Write(writer, changed.Diff.Joins);
                Write(writer, changed.Diff.Leaves);
                break;
            case Hello:
                writer.Write((byte)2);
                break;
            case Everybody everybody:
                writer.Write((byte)3);
                writer.Write(everybody.Present.Count);
                foreach (var (topic, meta) in everybody.Present)
                {
                    Write(writer, topic);
                    Write(writer, [meta]);
                }
                break;
            case Alive:
                writer.Write((byte)4);
                break;
        }
    }

    public static PresenceNews ReadFrom(BinaryReader reader)
    {
        switch (reader.ReadByte())
        {
            case 1:
                return new Changed(ReadTopic(reader), new PresenceDiff(ReadMetas(reader), ReadMetas(reader)));
            case 2:
                return new Hello();
            case 3:
                var present = new (TopicName, PresenceMeta)[reader.ReadInt32()];
                for (var i = 0; i < present.Length; i++) present[i] = (ReadTopic(reader), ReadMetas(reader)[0]);
                return new Everybody(present);
            default:
                return new Alive();
        }
    }

    private static void Write(BinaryWriter writer, TopicName topic)
    {
        writer.Write(topic.Name);
        writer.Write(topic.Private);
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<PresenceMeta> metas)
    {
        writer.Write(metas.Count);
        foreach (var meta in metas)
        {
            writer.Write(meta.Key);
            writer.Write(meta.Ref);
            writer.Write(meta.Payload.Length);
            writer.Write(meta.Payload.Span);
        }
    }

    private static TopicName ReadTopic(BinaryReader reader) => new(reader.ReadString(), reader.ReadBoolean());

    private static PresenceMeta[] ReadMetas(BinaryReader reader)
    {
        var metas = new PresenceMeta[reader.ReadInt32()];
        for (var i = 0; i < metas.Length; i++) metas[i] = new PresenceMeta(reader.ReadString(), reader.ReadString(), reader.ReadBytes(reader.ReadInt32()));
        return metas;
    }
}
