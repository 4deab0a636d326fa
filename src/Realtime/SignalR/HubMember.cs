using System.Text.Json;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Topics;

namespace Hedgerow.Realtime.SignalR;

/// <summary>One topic that a hub connection joined.</summary>
internal sealed class HubMember(HubSession session, TopicName topic, string? key) : ITopicMember
{
    private volatile bool _hearsPresence;

    public TopicName Topic => topic;

    public string PresenceKey { get; } = string.IsNullOrEmpty(key) ? Guid.NewGuid().ToString() : key;

    /// <summary>What was tracked last.</summary>
    public PresenceMeta? Present { get; set; }

    public TopicRights MayRead { get; set; } = TopicRights.None;

    /// <summary>Null: not asked yet.</summary>
    public TopicRights? MaySend { get; set; }

    public bool HearsPresence => _hearsPresence;

    public void Hear(Broadcast message)
    {
        if (!MayRead.Broadcast) return;
        var payload = message.Encoded(PayloadOf);
        session.Send("Broadcast", new BroadcastMessage(topic.Name, message.Event, payload, topic.Private), payload.Utf8.Length);
    }

    public void Hear(PresenceDiff diff)
    {
        if (_hearsPresence) Send("PresenceDiff", diff.ToJson());
    }

    /// <summary>Tells who is there, and from then on who comes and goes.</summary>
    public void HearPresence(PresenceTable presence) => presence.Snapshot(topic, present =>
    {
        Send("PresenceState", PresenceJson.StateOf(present));
        _hearsPresence = true;
    });

    private void Send(string method, ReadOnlyMemory<byte> presence) =>
        session.Send(method, new PresenceMessage(topic.Name, new RawJson(presence), topic.Private), presence.Length);

    private static RawJson PayloadOf(Broadcast message) =>
        new(message.Binary ? JsonSerializer.SerializeToUtf8Bytes(Convert.ToBase64String(message.Payload.Span)) : message.Payload);
}
