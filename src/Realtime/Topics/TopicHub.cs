using System.Collections.Concurrent;
using Hedgerow.Realtime.Presence;

namespace Hedgerow.Realtime.Topics;

/// <summary>Who is in which topic on this gateway. What is sent here reaches the members of the other gateways through the <see cref="Backplane"/>.</summary>
public sealed class TopicHub(Backplane backplane)
{
    private readonly ConcurrentDictionary<TopicName, Topic> _topics = new();

    public void Join(TopicName name, ITopicMember member)
    {
        // An empty topic is closed for good before it is taken out, so that nobody joins one that is gone.
        while (!_topics.GetOrAdd(name, _ => new Topic()).TryAdd(member))
        {
        }
    }

    public void Leave(TopicName name, ITopicMember member)
    {
        if (_topics.TryGetValue(name, out var topic) && topic.RemoveAndClose(member)) _topics.TryRemove(KeyValuePair.Create(name, topic));
    }

    /// <summary>Sends to everybody in the message's topic, on every gateway, but to <paramref name="except"/>.</summary>
    public void Publish(Broadcast message, ITopicMember? except = null)
    {
        RealtimeMetrics.Broadcasts.Add(1);
        Deliver(message, except);
        backplane.Send(message);
    }

    /// <summary>Sends to the members on this gateway.</summary>
    public void Deliver(Broadcast message, ITopicMember? except = null)
    {
        if (!_topics.TryGetValue(message.Topic, out var topic)) return;
        var members = topic.Members;
        foreach (var member in members)
            if (member != except) member.Hear(message);
        RealtimeMetrics.BroadcastsDelivered.Add(members.Length);
    }

    /// <summary>Tells the members on this gateway who came and who went.</summary>
    public void Deliver(TopicName name, PresenceDiff diff)
    {
        if (!_topics.TryGetValue(name, out var topic)) return;
        foreach (var member in topic.Members) member.Hear(diff);
    }

    private sealed class Topic
    {
        private readonly HashSet<ITopicMember> _members = [];
        private ITopicMember[]? _snapshot;
        private bool _closed;

        public ITopicMember[] Members
        {
            get
            {
                lock (_members) return _snapshot ??= [.. _members];
            }
        }

        public bool TryAdd(ITopicMember member)
        {
            lock (_members)
            {
                if (_closed) return false;
                _members.Add(member);
                _snapshot = null;
                return true;
            }
        }

        /// <summary>True where nobody is left.</summary>
        public bool RemoveAndClose(ITopicMember member)
        {
            lock (_members)
            {
                _members.Remove(member);
                _snapshot = null;
                return _closed = _members.Count == 0;
            }
        }
    }
}
