using Hedgerow.Realtime.Presence;

namespace Hedgerow.Realtime.Topics;

/// <summary>Somebody in a topic, of whatever protocol. Both calls come from the sender's thread: they put into a buffer and return.</summary>
public interface ITopicMember
{
    void Hear(Broadcast message);

    /// <summary>Who came and who went.</summary>
    void Hear(PresenceDiff diff);
}
